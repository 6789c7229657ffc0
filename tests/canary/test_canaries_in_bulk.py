"""Marked notices by the hundred, or as many as ENCOMPASS_CANARY_NOTICES says, through intake and
straight into every role's words: in the chat's pages and on the secure page, what the contract's
table shows stands there, and nothing else (I3).

No service and no database: the JSON is read as the door reads it, kept as the store keeps it, and
worded by the functions that the service calls. Roles that see nothing have views without a field.
"""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.alert import AlertChild, AlertState
from bot.domain.disclosure import DisclosureMatrix, role_view
from bot.domain.incident import incident_of
from bot.domain.message import Kind
from bot.domain.people import Person, Role, Scope
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.document import read_json
from bot.rendering.cards import Card, OpenedView, card
from bot.rendering.catalogue import words
from bot.rendering.page import alert_page, render
from bot.rendering.view import pages, view_lines
from tests.canary.marks import SEED, Mark, notices
from tests.canary.need_to_know import LOOKED_AFTER
from tests.canary.search import marks_in
from tests.canary.story import EXCLUDABLE, SCHOOLS, STAFF
from tests.world import CONFIG

NOW = datetime(2026, 11, 16, 7, 45, tzinfo=UTC)
COUNT = int(os.environ.get("ENCOMPASS_CANARY_NOTICES", "600"))


@pytest.fixture(scope="module")
def matrix() -> DisclosureMatrix:
    return read_disclosure((CONFIG / "disclosure.toml").read_bytes())


def test_every_roles_words_hold_what_the_table_shows_and_nothing_else(
    matrix: DisclosureMatrix,
) -> None:
    shown = 0
    for notice in notices(SEED, 500, COUNT, SCHOOLS, EXCLUDABLE):
        submission = read_json(json.dumps(notice.body()).encode(), NOW)
        incident = incident_of(submission.incident.content())
        assert marks_in(str(submission.ignored)) == set()
        for somebody in STAFF:
            kids = somebody.kids(notice, settled=True)
            if somebody.id in notice.excluded or not kids:
                continue
            person = Person(
                somebody.id,
                somebody.name,
                somebody.role,
                Scope(
                    somebody.role is Role.MASH_DESK, somebody.schools, frozenset(), somebody.years
                ),
            )
            there = [AlertChild(number, None) for number in kids]
            view = role_view(incident, person, there, matrix, other_settings_told=True)
            allowed = somebody.shown(notice, settled=True)
            say = words(somebody.language)
            facts = Card(Kind.ALERT, 7, "ENC-7F3K7F3K", NOW, AlertState.OPEN)
            texts = pages(view_lines(say, view, {}))
            page = alert_page(
                facts, view, {}, language=somebody.language, reader="Mair", now=NOW,
                may_acknowledge=True, may_recuse=True, may_refuse=True, may_ask=True,
            )  # fmt: skip
            written = render("alert.html", somebody.language, page=page, form="0")
            assert found(texts) == allowed, (notice.number, somebody.name)
            assert found([written]) == allowed, (notice.number, somebody.name)
            care = any(label in text for label in LOOKED_AFTER for text in [*texts, written])
            assert care == ("looked_after" in somebody.fields(notice)), (notice, somebody.name)
            opened = replace(facts, view=OpenedView(texts[0], NOW, 1, len(texts)))
            text, buttons = card(say, opened)
            assert marks_in(str(buttons)) == set()
            assert marks_in(str(card(say, facts))) == set()
            assert found([text]) <= allowed
            shown += 1
    assert shown > COUNT


def found(texts: list[str]) -> set[Mark]:
    return {mark for text in texts for mark in marks_in(text)}
