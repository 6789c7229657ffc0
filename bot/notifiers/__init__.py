"""One channel a file; the provider's words are mapped to our four outcomes at its top."""
