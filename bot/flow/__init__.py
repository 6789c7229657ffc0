"""What happens, one stage a file, in the order of the journey; only here transactions open."""
