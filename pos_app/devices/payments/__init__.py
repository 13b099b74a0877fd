"""Payment gateways: drivers and the simulator, behind ``devices.base.PaymentGateway``."""
