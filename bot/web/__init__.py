"""FastAPI's door: the intake API, Telegram's webhook, health and metrics."""
