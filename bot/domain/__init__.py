"""What things are and what is decided. Pure: standard library only; no async, no clock, no log."""
