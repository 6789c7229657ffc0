"""`python -m bot` is `encompass`."""

from bot.cli import main

if __name__ == "__main__":
    main()
