"""The demo shift: a real head office, a real window and simulated devices, driven like a person would and checked."""
