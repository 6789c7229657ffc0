"""A Bot API server of our own on loopback: the demo without a token, and the end-to-end tests."""
