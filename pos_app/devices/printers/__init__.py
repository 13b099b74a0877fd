"""Printers: rendering, transports, simulator and the durable spool."""
