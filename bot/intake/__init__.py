"""What partners send and what operators write, from bytes to domain values; one format a file."""
