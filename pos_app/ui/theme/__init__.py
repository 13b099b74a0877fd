"""Colours, type, icons and the application sheet, generated from one file of tokens."""
