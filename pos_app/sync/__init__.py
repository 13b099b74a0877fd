"""How facts travel: the wire format (shared with head office), the session rules, the client and its worker."""
