"""The controls that the screens are built from."""
