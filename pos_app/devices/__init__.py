"""Drivers for what a counter owns: scanners, camera, printers, drawer; no Qt, heavy libraries on their own threads."""
