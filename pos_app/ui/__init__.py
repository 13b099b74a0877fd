"""The window: views show and emit, presenters decide, one lane per resource does the work."""
