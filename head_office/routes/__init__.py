"""The HTTP face of head office, by topic. Each endpoint names its structs once: for decoding and for /docs."""
