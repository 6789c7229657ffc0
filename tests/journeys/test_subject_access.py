"""A subject access export: what is held of one child, and nothing of anybody else unless two people
have agreed to it, each in their own chat."""

import json
import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.school import School
from bot.domain.subject_access import WITHHELD, Subject
from bot.flow.drill import ask_for
from bot.flow.subject_access import Export, make
from bot.store.tables import events
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.world import World

NIA = Subject("Nia Enghraifft", date(2014, 11, 2))
HERS: dict[str, Any] = {
    "given_name": "Nia",
    "family_name": "Enghraifft",
    "date_of_birth": "2014-11-02",
    "year_group": 7,
    "present": "yes",
    "voice": "Her-voice",
    "health": "Her-health",
    "nhs_number": "Her-nhs",
    "language": "her-language",
    "disability": "Her-disability",
    "ethnicity": "Her-ethnicity",
}
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
FORMULA = '=HYPERLINK("https://evil.example","x")'


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair")


async def whole(world: World, school: School) -> str:
    """A notice of her and of a sibling at another school, with a canary in every field of his."""
    other = await world.school("Roath Primary School", dsp="Rhys")
    sibling = child(other) | WHOLE_CHILD
    reference = await world.police.send(notice(child(school) | HERS, sibling, **WHOLE))
    await world.police.update(reference, text="Canary-update he was released")
    for name in ("Mair", "Rhys"):
        phone = world.phone(name)
        card = phone.expects("alert")
        await phone.opens(card)
        await phone.press("Acknowledge", card)
    world.everyone_is_accounted_for()
    return reference


def texts(export: Export) -> str:
    return export.as_json.decode() + export.as_html.decode()


class _Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


async def test_nothing_of_anybody_else_is_in_either_file(world: World, bryn: School) -> None:
    reference = await whole(world, bryn)
    export = await make(world.ctx, NIA)
    said = texts(export)
    assert "canary" not in said.lower()
    assert not {"Grownup", "Roath", "Rhys", "Mair", "Her-voice", "2016-03-01"} & set(
        re.findall(r"[\w-]+", said)
    )
    document = json.loads(export.as_json)
    [held] = document["notices"]
    assert held["reference"] == reference
    assert [version["version"] for version in held["versions"]] == [1, 2]
    for version in held["versions"]:
        [hers] = version["child"]
        assert {name: hers[name] for name in HERS if name != "voice"} == {
            name: value for name, value in HERS.items() if name != "voice"
        }
        assert hers["voice"] == WITHHELD
        for name in ("location", "circumstances", "police_action", "involved_adults", "risk"):
            assert version["incident"][name] == WITHHELD, name
        assert version["other_children"] == [WITHHELD]
    assert held["versions"][1]["incident"]["updates"] == WITHHELD
    assert held["other_duties"] == [WITHHELD]


async def test_the_page_says_the_same_in_words(world: World, bryn: School) -> None:
    reference = await whole(world, bryn)
    page = (await make(world.ctx, NIA)).as_html.decode()
    assert page.count("[withheld: about other people]") > 10
    for said in (reference, "Her-health", "Her-nhs", "Year group", "South Force", "Ysgol Bryn"):
        assert said in page, said
    welsh = (await make(world.ctx, NIA, language="cy")).as_html.decode()
    assert '<html lang="cy">' in welsh
    assert "[wedi'i ddal yn ôl: am bobl eraill]" in welsh
    assert "[withheld" not in welsh


async def test_who_was_told_opened_and_acknowledged_is_there_by_role_and_school(
    world: World, bryn: School
) -> None:
    await whole(world, bryn)
    [held] = json.loads((await make(world.ctx, NIA)).as_json)["notices"]
    of_dsp = [line for line in held["contacts"] if line["role"] == "dsp"]
    whats = dict.fromkeys(line["what"] for line in of_dsp)
    assert list(whats) == ["told", "opened", "acknowledged"]
    assert {(line["school"], line["name"]) for line in of_dsp} == {("Ysgol Bryn", WITHHELD)}


async def test_free_text_stays_text(world: World, bryn: School) -> None:
    hostile = HERS | {"health": SCRIPT, "disability": FORMULA, "ethnicity": "</style></td>&amp;"}
    await world.police.send(notice(child(bryn) | hostile))
    world.phone("Mair").expects("alert")
    export = await make(world.ctx, NIA)
    html = export.as_html.decode()
    page = _Page(html)
    assert not {"script", "img", "a", "link", "iframe", "form"} & set(page.tags)
    assert {SCRIPT, FORMULA, "</style></td>&amp;"} <= set(page.said)
    [style] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    hashed = b64encode(sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{hashed}'" in html.replace("&#x27;", "'")
    assert re.search(r'td {[^}]*mso-number-format: "\\@"', style), "a sheet takes it for text"
    assert "http" not in html.replace("http-equiv", "").replace("https://evil.example", "")


async def test_every_partners_notices_are_found_and_no_drills(world: World, bryn: School) -> None:
    first = await world.police.send(notice(child(bryn) | HERS))
    second = await world.police.send(
        notice(child(bryn) | HERS | {"given_name": "NIA", "family_name": "ENGHRAIFFT"})
    )
    unborn = {name: value for name, value in HERS.items() if name != "date_of_birth"}
    possible = child(bryn) | unborn
    del possible["date_of_birth"]
    perhaps = await world.police.send(notice(possible))
    await world.police.send(notice(child(bryn) | HERS | {"date_of_birth": "2014-11-03"}))
    await ask_for(world.ctx, bryn.code, None)
    await world.advance(seconds=5)
    world.everyone_is_accounted_for()
    document = json.loads((await make(world.ctx, NIA)).as_json)
    assert [held["reference"] for held in document["notices"]] == [first, second]
    assert document["possible_not_included"] == [perhaps]


async def test_a_child_whom_only_an_earlier_version_named_is_found(
    world: World, bryn: School
) -> None:
    sent = notice(child(bryn) | HERS, child(bryn, given_name="Canary-given"))
    await world.police.send(sent)
    await world.police.send(sent | {"children": sent["children"][1:]})
    world.everyone_is_accounted_for()
    export = await make(world.ctx, NIA)
    [held] = json.loads(export.as_json)["notices"]
    assert [len(version["child"]) for version in held["versions"]] == [1, 0]
    assert "Canary" not in texts(export)


async def test_that_nothing_is_held_is_an_answer_too(world: World, bryn: School) -> None:
    export = await make(world.ctx, NIA)
    assert export.notices == 0
    assert "Nothing is held of a child of this name" in export.as_html.decode()


async def made(world: World, action: str = "export:made") -> list[Any]:
    async with world.ctx.store.reading() as tx:
        return list(await tx.all(select(events).where(events.c.action == action)))


async def test_every_export_is_in_the_trail_and_no_child_is(world: World, bryn: School) -> None:
    reference = await whole(world, bryn)
    await make(world.ctx, NIA, by="desk")
    [line] = await made(world)
    assert line.person_id == "desk"
    assert line.detail == {
        "request": None,
        "redacted": True,
        "subject_sha256": NIA.sha256,
        "notices": [reference],
        "possible": 0,
    }
