"""Each command of `encompass`: read the arguments, call the flow, print. Imported when called."""
