"""A morning in Porth Awel, an authority that does not exist: the real service over the sandbox."""
