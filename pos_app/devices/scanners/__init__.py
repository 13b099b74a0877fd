"""Scanners: keyboard wedge, camera and a scripted one, all giving the same ``Scan``."""
