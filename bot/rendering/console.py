"""The console's pages: templates in `console/`, one frame around all of them.

A template is given the reader's `w` (the words of one language), who they are and where they are;
it escapes whatever it is given. What it is given is content-free.
"""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.rendering.catalogue import LANGUAGES, words


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_console(template: str, language: str, **values: object) -> str:
    """A page of the console, or a part of one, in this language."""
    page = _environment().get_template(template)
    return page.render(w=words(language), languages=LANGUAGES, **values)
