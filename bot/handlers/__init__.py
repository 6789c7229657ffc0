"""Telegram's door: read the update, call one use case, answer."""
