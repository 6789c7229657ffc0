"""How the schema came to be, a revision a file; package data, run by `store/schema`."""
