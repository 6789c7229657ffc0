"""Words for people: by kind, channel and language. Sees a role's view, never the record."""
