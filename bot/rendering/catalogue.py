"""The one catalogue: every text that a person in the field reads, in English and in Cymraeg.

`bot/locales/*/LC_MESSAGES/encompass.po` hold whole sentences under a name for each; a missing name
is a bug, not an English fallback. Plural forms follow CLDR, of which Welsh has six.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.domain.calendar import LONDON

LANGUAGES = ("en", "cy")
DEFAULT = "en"
_CLDR = {"en": "en_GB", "cy": "cy"}
"""Lists, days and months as they are written here: not `Mair, Owen, and Nia`."""


@lru_cache
def _translations(language: str) -> GNUTranslations:
    source = files("bot") / "locales" / language / "LC_MESSAGES" / "encompass.po"
    compiled = BytesIO()
    with source.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


class Words:
    """The sentences of one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else DEFAULT
        self._translations = _translations(self.language)

    def say(self, name: str, /, **values: object) -> str:
        """The sentence of this name. KeyError if the catalogue has none."""
        sentence = self._translations.gettext(name)
        if sentence == name:
            raise KeyError(f"the {self.language} catalogue has no {name}")
        return sentence.format(**values)

    def count(self, name: str, number: int, /, **values: object) -> str:
        """The sentence of this name in the form for this number, which it calls `{count}`: English
        has two forms, Welsh six. KeyError if the catalogue has none."""
        sentence = self._translations.ngettext(name, name, number)
        if sentence == name:
            raise KeyError(f"the {self.language} catalogue has no {name} with a number")
        return sentence.format(count=number, **values)

    def family(self, prefix: str) -> dict[str, str]:
        """Every sentence whose name begins so, its gaps unfilled: for a page that fills them."""
        catalogue: dict[object, str] = self._translations._catalog  # type: ignore[attr-defined]
        return {
            name: sentence
            for name, sentence in catalogue.items()
            if isinstance(name, str) and name.startswith(prefix)
        }

    # --- lists within a sentence, by CLDR --------------------------------------------------------

    def listed(self, parts: Sequence[str]) -> str:
        """`Mair, Owen and Nia`"""
        joined = format_list(parts, locale=_CLDR[self.language])
        # CLDR leaves open which of the two it is: `ac` goes before a vowel.
        return re.sub(r"\ba\(c\) (?=(.))", lambda at: _and_before(at.group(1)), joined)

    def either(self, parts: Sequence[str]) -> str:
        """`Ysgol Bryn or Ysgol Mor`"""
        return format_list(parts, style="or", locale=_CLDR[self.language])

    # --- times, as people say them, in local time ---------------------------------------------

    def clock(self, at: datetime) -> str:
        """`08:50`"""
        return format_time(at.astimezone(LONDON), "HH:mm", locale=_CLDR[self.language])

    def clock_to_the_second(self, at: datetime) -> str:
        """`08:50:07`"""
        return format_time(at.astimezone(LONDON), "HH:mm:ss", locale=_CLDR[self.language])

    def day(self, on: date) -> str:
        """`Monday 16 November`"""
        return format_date(on, "EEEE d MMMM", locale=_CLDR[self.language])

    def date(self, on: date) -> str:
        """`16 November 2026`"""
        return format_date(on, "d MMMM y", locale=_CLDR[self.language])

    def span(self, since: timedelta) -> str:
        """`36 hours`, `3 days`: whole ones that have gone by, hours up to two days."""
        minutes = max(0, int(since.total_seconds() // 60))
        if minutes < 60:
            return self.count("span.minutes", minutes)
        if minutes < 48 * 60:
            return self.count("span.hours", minutes // 60)
        return self.count("span.days", minutes // (24 * 60))

    def moment(self, at: datetime) -> str:
        """`08:50, Monday 16 November`"""
        return f"{self.clock(at)}, {self.day(at.astimezone(LONDON).date())}"


def _and_before(letter: str) -> str:
    return "ac " if letter.casefold() in "aâeêiîoôuûyŷ" else "a "


@lru_cache
def words(language: str) -> Words:
    return Words(language)
