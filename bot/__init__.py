"""Encompass Bot: carries police notices to schools and school nurses before the bell."""

__version__ = "0.1.0"
