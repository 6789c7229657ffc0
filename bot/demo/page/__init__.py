"""The demo in a browser: telephones side by side, the police desk, the clock, trouble on demand."""
