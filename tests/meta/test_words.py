"""The words themselves: Welsh follows the glossary, and none stands outside the catalogues."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.rendering.catalogue import LANGUAGES, words
from tests.meta.tree import ROOT, files, modules, named

_MUTATIONS = {
    "ll": "l", "rh": "r", "p": "b ph mh", "t": "d th nh", "c": "g ch ngh", "b": "f m",
    "d": "dd n", "g": "ng", "m": "f",
}  # fmt: skip
_OTHER_FORMS = {"cloch": ("clych",), "nyrs ysgol": ("nyrs yr ysgol", "nyrsys")}
"""Plurals that change their vowel, and words with an article within."""


def _sentences(language: str) -> dict[str, tuple[str, ...]]:
    path = ROOT / "bot" / "locales" / language / "LC_MESSAGES" / "encompass.po"
    with path.open("rb") as lines:
        return {
            message.id if isinstance(message.id, str) else message.id[0]: (
                (message.string,)
                if isinstance(message.string, str)
                else tuple(message.string or ())
            )
            for message in read_po(lines, locale=language)
            if message.id
        }


# --- the glossary ------------------------------------------------------------------------------


def _glossary() -> list[tuple[str, str]]:
    """Each word that the glossary has in Welsh, with it."""
    rows = re.findall(
        r"^\| ([^|]+?) \| ([^|]+?) \| ", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE
    )
    return [(english, welsh) for english, welsh in rows if welsh not in ("Cymraeg", "---")]


def _forms(word: str) -> Iterator[str]:
    """How the word begins, mutated or not; what it ends in depends on the sentence."""
    for stem in (
        word if " " in word else word[: max(3, len(word) - 3)],
        *_OTHER_FORMS.get(word, ()),
    ):
        yield stem
        first = next((letters for letters in _MUTATIONS if stem.startswith(letters)), "")
        for mutated in _MUTATIONS.get(first, "").split():
            yield mutated + stem[len(first) :]


def _words_of(sentence: str) -> str:
    """Without gaps and commands, which are no words."""
    return re.sub(r"\{\w+\}|/\w+", "", sentence)


@pytest.mark.parametrize(("english", "welsh"), _glossary())
def test_the_glossary_is_followed(english: str, welsh: str) -> None:
    said, translated = _sentences("en"), _sentences("cy")
    word = re.compile(rf"\b{re.escape(english)}(s|d|ed)?\b", re.IGNORECASE)
    followed = re.compile("|".join(map(re.escape, _forms(welsh))), re.IGNORECASE)
    with_the_word = [
        name for name, forms in said.items() if word.search(_words_of(" ".join(forms)))
    ]
    assert [
        name
        for name in with_the_word
        if not all(followed.search(_words_of(form)) for form in translated[name])
    ] == []


def test_an_alert_is_never_called_a_caution() -> None:
    """`rhybudd`, `rybudd`, `rhybuddion` …: what the police give an offender."""
    caution = re.compile(r"\br?h?ybudd", re.IGNORECASE)
    assert [n for n, forms in _sentences("cy").items() if caution.search(" ".join(forms))] == []


def test_what_a_translator_is_asked_about_is_there_to_be_looked_at() -> None:
    text = (ROOT / "docs" / "translation.md").read_text()
    section = text.split("## To be checked")[1].split("\n## ")[0]
    asked = re.findall(r"^\| [^|]+ \| ([^|]+?) \| ", section, re.MULTILINE)[2:]
    assert len(asked) > 10
    said = " ".join(form for forms in _sentences("cy").values() for form in forms).casefold()
    said += (ROOT / "docs" / "glossary.md").read_text().casefold()
    assert [word for word in asked if word.casefold() not in said] == []


def test_every_welsh_word_of_the_glossary_is_explained_to_the_translator() -> None:
    text = (ROOT / "docs" / "translation.md").read_text()
    assert [welsh for _, welsh in _glossary() if welsh not in text] == []


# --- nothing for people outside the catalogues -----------------------------------------------

_SAYS = {"say", "count"}
_TELLS = {"tell_lines", "Button", "BotCommand", "InlineKeyboardButton"}
_CALLS_TELEGRAM = {"send_message", "edit_message_text", "answer_callback_query"}
_LETTERS = re.compile(r"[^\W\d_]{2}")
_TWO_WORDS = re.compile(r"[^\W\d_]{2,}[,:;]? [^\W\d_]{2,}")


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _literals(node: ast.AST) -> Iterator[str]:
    """The strings written out in what is told, but for names of sentences and of values."""
    if _called(node) in _SAYS:
        return
    if isinstance(node, ast.keyword) and node.arg == "about":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _literals(child)


def test_what_people_are_told_in_a_chat_comes_from_the_catalogues() -> None:
    written_out = [
        f"{named(path)}:{node.lineno} {said!r}"
        for path, tree in modules("bot")
        if not path.is_relative_to(ROOT / "bot" / "sandbox")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) in _TELLS | _CALLS_TELEGRAM
        for argument in (*node.args, *node.keywords)
        for said in _literals(argument)
        if _LETTERS.search(said)
    ]
    assert written_out == []


def test_what_answers_a_press_is_the_name_of_a_sentence() -> None:
    names = _sentences("en")
    unknown = [
        f"{named(path)}:{node.lineno} {part.value!r}"
        for path, tree in modules("bot")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) == "Reply" and node.args
        for part in ast.walk(node.args[0])
        if isinstance(part, ast.Constant) and part.value not in names
    ]
    assert unknown == []


def test_words_are_made_of_nothing_but_the_catalogue() -> None:
    """In `rendering/` no string but a docstring holds two words."""
    found = []
    for path, tree in modules("bot/rendering"):
        explained = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        raised = {
            id(part) for n in ast.walk(tree) if isinstance(n, ast.Raise) for part in ast.walk(n)
        }
        found += [
            f"{named(path)}:{node.lineno} {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            if not node.value.startswith("<!")  # a document's first line
            if id(node) not in explained | raised and _TWO_WORDS.search(node.value)
        ]
    assert found == []


class _Visible(HTMLParser):
    """What a page shows as it stands in its file, without what is filled in later."""

    OF_THE_PRODUCT = frozenset({"Encompass Bot"})
    READ_OUT = frozenset({"alt", "aria-label", "aria-description", "placeholder", "title"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unread = 0
        filled_in = r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"
        self.feed(re.sub(filled_in, "", text, flags=re.DOTALL))

    def _look_at(self, said: str) -> None:
        if _LETTERS.search(said) and said.strip() not in self.OF_THE_PRODUCT:
            self.found.append(said.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in ("script", "style")
        for name, value in attrs:
            if name in self.READ_OUT:
                self._look_at(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._look_at(data)


def _served(*suffixes: str) -> Iterator[tuple[Path, str]]:
    for path in files():
        if path.suffix in suffixes and path.is_relative_to(ROOT / "bot"):
            yield path, path.read_text()


def test_no_page_has_words_of_its_own() -> None:
    found = {named(path): _Visible(text).found for path, text in _served(".html", ".jinja", ".j2")}
    assert found
    assert {path: said for path, said in found.items() if said} == {}


def test_the_look_at_pages_sees_what_a_reader_would() -> None:
    page = (
        "<title>{{ say('a.b') }}</title><p class='x y'>{{ say('a.c') }} and more</p>"
        "<style>p { color: red }</style><img alt='A school'><b>{% if x %}7{% endif %}</b>"
    )
    assert _Visible(page).found == ["and more", "A school"]


_QUOTED = re.compile(r'(class: |rel: |querySelector(?:All)?\()?"([^"]*)"')


def test_no_script_has_sentences_of_its_own() -> None:
    """A string of two words in a script would be a sentence, but for lists of classes and the
    like."""
    found = [
        f"{named(path)}: {said}"
        for path, text in _served(".js")
        if not path.name.endswith(".min.js")  # another's: see docs/dependencies.md
        for line in re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).splitlines()
        for before, said in _QUOTED.findall(re.sub(r"(^|\s)//.*", "", line))
        if not before and _TWO_WORDS.search(said)
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_span_of_time_is_said_in_words_whatever_its_number(language: str) -> None:
    spans = [timedelta(minutes=n) for n in (0, 1, 2, 3, 6, 59, 60, 125, 480, 2880, 4320, 99999)]
    said = [words(language).span(span) for span in spans]
    assert all(re.fullmatch(r"\d+ \w+", text) for text in said), said
