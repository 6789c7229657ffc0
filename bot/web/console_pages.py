"""Which pages the console has: a line for each file of them."""

from bot.web import console_today

CONSOLE_PAGES = (console_today.pages,)
