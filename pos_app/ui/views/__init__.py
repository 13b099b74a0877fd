"""The screens: they show what they are given and emit what was asked."""
