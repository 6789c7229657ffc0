"""The readable page of a subject access export: one file that loads nothing and runs nothing.

Every text goes through the standard library's serialiser, which escapes it; nothing is ever put
together as markup by hand. A value keeps to text in a spreadsheet as well.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

from bot.domain.asking import DeskAnswer, DeskQuestion
from bot.domain.subject_access import NOT_RECORDED, WITHHELD
from bot.rendering.catalogue import Words
from bot.rendering.questions import question_text
from bot.rendering.view import inert, year_group

_STYLE = (Path(__file__).parent / "pages" / "export.css").read_text(encoding="utf-8")
_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
_ANSWERS = {"yes": "view.yes", "no": "view.no", NOT_RECORDED: "view.not_recorded"}
_OWN_LABELS = {
    "given_name": "access.given_name",
    "family_name": "access.family_name",
    "schools": "field.school",
    "kind": "access.kind",
    "urgent": "access.urgent",
    "release": "access.release",
    "updates": "access.updates",
    "exclude": "access.exclude",
}
"""The fields that no view ever names."""


def page(words: Words, document: Mapping[str, Any]) -> str:
    """The whole file."""
    return _Page(words).whole(document)


class _Page:
    def __init__(self, words: Words) -> None:
        self._words = words
        self._say = words.say

    def whole(self, document: Mapping[str, Any]) -> str:
        say = self._say
        html = Tree.Element("html", lang=self._words.language)
        head, body = Tree.SubElement(html, "head"), Tree.SubElement(html, "body")
        Tree.SubElement(head, "meta", charset="utf-8")
        Tree.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY})
        Tree.SubElement(head, "meta", name="viewport", content="width=device-width")
        Tree.SubElement(head, "meta", name="referrer", content="no-referrer")
        _add(head, "title", say("access.title"))
        _add(head, "style", _STYLE)
        main = Tree.SubElement(body, "main")
        _add(main, "h1", say("access.title"))
        self._about(main, document)
        for notice in document["notices"]:
            self._notice(Tree.SubElement(main, "section"), notice)
        return "<!DOCTYPE html>\n" + Tree.tostring(html, encoding="unicode", method="html") + "\n"

    def _about(self, main: Tree.Element, document: Mapping[str, Any]) -> None:
        say, subject = self._say, document["subject"]
        self._table(
            main,
            {
                say("field.name"): subject["name"],
                say("field.date_of_birth"): self._value(subject["date_of_birth"]),
                say("access.made_at"): self._value(document["made_at"]),
            },
        )
        _add(main, "p", say("access.redacted" if document["redacted"] else "access.complete"))
        if not document["notices"]:
            _add(main, "p", say("access.nothing_held"))
        if document["possible_not_included"]:
            _add(main, "p", say("access.possible"))
            listed = Tree.SubElement(main, "ul")
            for reference in document["possible_not_included"]:
                _add(listed, "li", reference)
        for note in ("access.health_note", "access.retention", "access.rights"):
            _add(main, "p", say(note))

    def _notice(self, section: Tree.Element, notice: Mapping[str, Any]) -> None:
        say = self._say
        _add(section, "h2", notice["reference"])
        self._table(
            section,
            {
                say("access.sent_by"): notice["sent_by"],
                say("access.state"): say(f"access.state_{notice['state']}"),
            },
        )
        for version in reversed(notice["versions"]):
            number, at = version["version"], self._value(version["received_at"])
            _add(section, "h3", say("access.version", number=number, at=at))
            _add(section, "h4", say("access.the_child"))
            for child in version["child"]:
                self._fields(section, child)
            _add(section, "h4", say("access.the_incident"))
            self._fields(section, version["incident"])
            _add(section, "h4", say("access.other_children"))
            self._others(section, version["other_children"])
        _add(section, "h3", say("access.contacts"))
        self._contacts(section, notice["contacts"])
        _add(section, "h3", say("asked.heading"))
        if not notice["questions"]:
            _add(section, "p", say("access.none"))
        for asked in notice["questions"]:
            self._question(section, asked)
        _add(section, "h3", say("access.other_duties"))
        if notice["other_duties"] == [WITHHELD]:
            _add(section, "p", say("access.withheld"))
        else:
            self._contacts(section, notice["other_duties"])

    def _question(self, section: Tree.Element, asked: Mapping[str, Any]) -> None:
        """A question in the words in which it was asked, and what came of it."""
        say = self._say
        _add(section, "h4", question_text(self._words, DeskQuestion(asked["question"])))
        answer = asked["answer"]
        if answer in tuple(DeskAnswer):
            answer = say(f"answered.{answer}")
        self._table(
            section,
            {
                say("access.asked_at"): self._value(asked["asked_at"]),
                say("access.wording"): self._value(asked["wording"]),
                say("access.answered_at"): self._value(asked["answered_at"]),
                say("access.answer"): self._value(answer),
                say("access.answer_text"): self._value(asked["text"]),
            },
        )

    def _others(self, section: Tree.Element, others: Sequence[Any]) -> None:
        if not others:
            _add(section, "p", self._say("access.none"))
        for other in others:
            if other == WITHHELD:
                _add(section, "p", self._say("access.withheld"))
            else:
                self._fields(section, other)

    def _contacts(self, section: Tree.Element, contacts: Sequence[Mapping[str, Any]]) -> None:
        say = self._say
        if not contacts:
            _add(section, "p", say("access.none"))
            return
        table = Tree.SubElement(section, "table")
        self._row(
            table,
            "th",
            [say(f"access.{name}") for name in ("what", "at", "role", "name", "where")],
        )
        for line in contacts:
            where = ", ".join(filter(None, (line["school"], say(f"trail.leg_{line['leg']}"))))
            cells = [
                say(f"access.what_{line['what']}"),
                self._value(line["at"]),
                say(f"role.{line['role']}"),
                self._value(line["name"]),
                where,
            ]
            self._row(table, "td", cells)

    def _fields(self, section: Tree.Element, fields: Mapping[str, Any]) -> None:
        labels = ((_OWN_LABELS.get(name, f"field.{name}"), name) for name in fields)
        self._table(
            section,
            {self._say(label): self._field(name, fields[name]) for label, name in labels},
        )

    def _field(self, name: str, value: Any) -> str:
        if name == "year_group" and isinstance(value, int):
            return year_group(self._words, value)
        return self._value(value)

    def _table(self, section: Tree.Element, rows: Mapping[str, str]) -> None:
        table = Tree.SubElement(section, "table")
        for label, value in rows.items():
            row = Tree.SubElement(table, "tr")
            _add(row, "th", label).set("scope", "row")
            _add(row, "td", value)

    def _row(self, table: Tree.Element, tag: str, cells: Sequence[str]) -> None:
        row = Tree.SubElement(table, "tr")
        for cell in cells:
            _add(row, tag, cell)

    def _value(self, value: Any) -> str:
        """A plain value in words."""
        match value:
            case bool():
                return self._say("view.yes" if value else "view.no")
            case None:
                return self._say("view.not_recorded")
            case str() if value == WITHHELD:
                return self._say("access.withheld")
            case str() if value in _ANSWERS:
                return self._say(_ANSWERS[value])
            case str():
                return self._instant(value) or inert(value)
            case list():
                return "; ".join(map(self._value, value)) or self._say("access.none")
            case dict():
                return ", ".join(map(self._value, value.values()))
        return str(value)

    def _instant(self, text: str) -> str | None:
        """A date or an instant in local words; None for any other text."""
        try:
            if len(text) == len("2026-11-16"):
                return self._words.date(date.fromisoformat(text))
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return f"{self._words.moment(at)} {at.year}" if at.tzinfo else None


def _add(parent: Tree.Element, tag: str, text: str) -> Tree.Element:
    element = Tree.SubElement(parent, tag)
    element.text = inert(text) if tag != "style" else text
    return element
