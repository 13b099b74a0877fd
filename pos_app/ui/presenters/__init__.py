"""What the screens decide, without Qt."""
