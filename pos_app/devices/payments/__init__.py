"""Payment gateways: drivers and the simulator, of the shape of ``services.ports.PaymentGateway``."""
