"""Every sentence for people, in both languages, and none that nobody is told."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.rendering.catalogue import words
from tests.meta.tree import ROOT, modules

_WELSH_PLURALS = "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5);"
_NAME = re.compile(r"[a-z_]+(?:\.[a-z_0-9]+)+(?<!\.toml)(?<!\.html)(?<!\.css)(?<!\.js)")


def _path(language: str) -> Path:
    return ROOT / "bot" / "locales" / language / "LC_MESSAGES" / "encompass.po"


def _catalogue(language: str) -> Catalog:
    with _path(language).open("rb") as lines:
        return read_po(lines, locale=language)


def _sentences(language: str) -> dict[str, tuple[str, ...]]:
    """By name: the sentence, or its plural forms."""
    found = {}
    for message in _catalogue(language):
        name = message.id if isinstance(message.id, str) else message.id[0]
        if name:
            forms = message.string
            found[name] = (forms,) if isinstance(forms, str) else tuple(forms or ())
    return found


def _strings_in_code() -> tuple[set[str], list[re.Pattern[str]]]:
    """Every string of the product, and what those that are put together look like."""
    whole, patterns = set(), set()
    for _, tree in modules("bot"):
        parts_of_names: set[int] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else None for p in node.values]
                patterns.add("".join("[a-z_]+" if p is None else re.escape(str(p)) for p in parts))
                parts_of_names.update(id(part) for part in node.values)
            elif id(node) in parts_of_names:  # a walk comes to the whole before its parts
                continue
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
    for said in _strings_on_pages():
        if "${" in said:
            patterns.add(re.sub(r"\\\$\\\{.*?\\\}", "[a-z_]+", re.escape(said)))
        else:
            whole.add(said)
    return whole, [
        re.compile(pattern)
        for pattern in patterns
        if re.search(r"[a-z]{3}", pattern.replace("[a-z_]+", ""))
    ]


def _strings_on_pages() -> set[str]:
    """What stands in quotation marks in the scripts and pages that the product serves."""
    return {
        said
        for path in (ROOT / "bot").rglob("*.[hj]*")
        if path.suffix in (".html", ".js")
        for said in re.findall(r"""["'`]([a-z_]+\.[a-z_.${}]+)["'`]""", path.read_text())
    }


def test_both_languages_have_the_same_sentences() -> None:
    assert _sentences("en").keys() == _sentences("cy").keys()


@pytest.mark.parametrize("language", ["en", "cy"])
def test_no_sentence_stands_twice(language: str) -> None:
    names = re.findall(r'^msgid "(.+)"', _path(language).read_text(), re.MULTILINE)
    assert [name for name, times in Counter(names).items() if times > 1] == []


@pytest.mark.parametrize("language", ["en", "cy"])
def test_no_sentence_is_empty_or_waits_for_a_translator(language: str) -> None:
    assert [name for name, forms in _sentences(language).items() if not all(forms)] == []
    assert [message.id for message in _catalogue(language) if message.fuzzy and message.id] == []
    assert not list(_catalogue(language).obsolete)


def test_both_languages_say_the_same_things() -> None:
    """Every form of a sentence has the gaps of the English one, each as often."""

    def gaps(form: str) -> Counter[str]:
        return Counter(re.findall(r"\{(\w*)[^}]*\}", form))

    english, welsh = _sentences("en"), _sentences("cy")
    differing = {
        name: form
        for name, forms in english.items()
        for form in (*forms, *welsh[name])
        if gaps(form).keys() != gaps(forms[0]).keys() or form.count("{") != form.count("}")
    }
    assert differing == {}


@pytest.mark.parametrize("language", ["en", "cy"])
def test_no_sentence_begins_or_ends_in_a_blank(language: str) -> None:
    found = {n: f for n, forms in _sentences(language).items() for f in forms if f != f.strip()}
    assert found == {}
    assert [f for forms in _sentences(language).values() for f in forms if "  " in f] == []


def test_both_languages_end_their_sentences_alike() -> None:
    """A full stop, a question mark or a colon that one has and the other has not is a slip."""

    def ends(form: str) -> str:
        return form[-1] if form[-1] in ".:?!…" else ""

    english, welsh = _sentences("en"), _sentences("cy")
    differing = {
        name: (forms[0], form)
        for name, forms in english.items()
        for form in welsh[name]
        if ends(form) != ends(forms[0])
    }
    assert differing == {}


def test_welsh_has_its_six_plural_forms() -> None:
    assert _WELSH_PLURALS in " ".join(_path("cy").read_text().split())
    english, welsh = _sentences("en"), _sentences("cy")
    numbered = [name for name, forms in english.items() if len(forms) > 1]
    assert numbered
    assert {name: len(english[name]) for name in numbered} == dict.fromkeys(numbered, 2)
    assert {n: len(forms) for n, forms in welsh.items() if len(forms) > 1} == dict.fromkeys(
        numbered, 6
    )


def test_every_sentence_is_said_somewhere() -> None:
    whole, patterns = _strings_in_code()
    unsaid = [
        name
        for name in _sentences("en")
        if name not in whole and not any(pattern.fullmatch(name) for pattern in patterns)
    ]
    assert unsaid == []


def test_every_name_that_is_said_is_in_the_catalogue() -> None:
    whole, _ = _strings_in_code()
    families = {name.split(".")[0] for name in _sentences("en") if "." in name}
    said = {name for name in whole if _NAME.fullmatch(name) and name.split(".")[0] in families}
    assert said - _sentences("en").keys() == set()


def test_a_number_has_the_form_that_welsh_gives_it() -> None:
    said = [words("cy").count("answer.alerts_follow", number).split()[1:3] for number in range(8)]
    assert [" ".join(two) for two in said] == [
        "0 peth", "1 peth", "2 beth", "3 pheth", "4 peth", "5 peth", "6 pheth", "7 peth"
    ]  # fmt: skip
    assert words("en").count("answer.alerts_follow", 1).startswith("1 thing is")
    assert words("en").count("answer.alerts_follow", 2).startswith("2 things are")


def test_a_list_reads_as_it_would_be_written() -> None:
    english, welsh = words("en"), words("cy")
    assert english.listed(["Mair", "Owen", "Nia"]) == "Mair, Owen and Nia"
    assert welsh.listed(["Mair", "Owen"]) == "Mair ac Owen"
    assert welsh.listed(["Mair", "Nia"]) == "Mair a Nia"
    assert [english.listed([]), welsh.listed(["Mair"])] == ["", "Mair"]
    assert english.either(["Ysgol Bryn", "Ysgol Môr"]) == "Ysgol Bryn or Ysgol Môr"
    assert welsh.either(["Ysgol Bryn", "Ysgol Môr"]) == "Ysgol Bryn neu Ysgol Môr"
