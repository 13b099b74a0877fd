"""The wire format that terminal and head office share: event bodies, messages, the directory file."""
