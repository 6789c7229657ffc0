"""How it is remembered: tables, one query file a noun, one place that commits."""
