"""`disclosures`: the accountability record, with names of staff and never a word of content."""

import asyncio
import json

import pytest

from bot.flow.context import Context
from bot.flow.disclose import disclose
from bot.flow.in_force import in_force
from bot.flow.view import view_for
from bot.store import alerts
from tests.cli.desk import Desk
from tests.cli.test_status_and_close import raised


def opened(desk: Desk, person_id: str = "p001") -> str:
    """A notice of which this person was shown alert 1; its reference."""
    reference = raised(desk)

    async def show() -> None:
        ctx = Context.on(f"sqlite+aiosqlite:///{desk.database}")
        async with ctx.store.unit() as tx:
            known = await in_force(ctx, tx)
            person, alert = known.directory.people[person_id], await alerts.by_id(tx, 1)
            assert alert is not None
            children = (await alerts.children(tx, [1]))[1]
            shown = await view_for(tx, known, alert, children, person, ctx.now())
            await disclose(tx, ctx.now(), shown, alert, person, known, "chat")
        await ctx.store.close()

    asyncio.run(show())
    return reference


def test_each_opening_is_told_in_words(staffed: Desk) -> None:
    reference = opened(staffed)
    said = staffed.run("disclosures", reference)
    assert (said.code, said.err) == (0, "")
    who, rule, fields = said.lines
    assert " (p001), dsp: 9992001 Ysgol Gynradd Pen-y-Waun, school leg, child 1" in who
    assert rule.strip().startswith("notice version 1, matrix 2026-11-22 (number ")
    assert rule.endswith("), by chat")
    assert fields.strip().startswith("Name; Date of birth; School; Year group; Happened; Sent; ")
    assert "Health" not in fields


def test_a_program_reads_the_same(staffed: Desk) -> None:
    reference = opened(staffed)
    [line] = staffed.run("disclosures", reference, "--json").json
    assert (line["person"]["id"], line["person"]["role"]) == ("p001", "dsp")
    assert line["person"]["name"] in staffed.run("disclosures", reference).lines[0]
    assert line["alert"] == {
        "school": "9992001", "school_name": "Ysgol Gynradd Pen-y-Waun", "leg": "school",
    }  # fmt: skip
    assert (line["children"], line["notification_version"], line["way"]) == ([1], 1, "chat")
    assert line["fields"][:2] == ["name", "date_of_birth"]
    assert isinstance(line["config_version_id"], int)


def test_it_says_plainly_that_nobody_has_opened_it(staffed: Desk) -> None:
    reference = raised(staffed)
    said = staffed.run("disclosures", reference)
    assert (said.code, said.out) == (0, f"Nobody has opened {reference}.\n")
    assert staffed.run("disclosures", reference, "--json").json == []


@pytest.mark.parametrize("reference", ["ENC-00000000", "nothing", "ENC-\x00"])
def test_an_unknown_reference_is_one_sentence(staffed: Desk, reference: str) -> None:
    said = staffed.run("disclosures", reference)
    assert (said.code, said.sentence) == (1, f"There is no notification {reference}.")


def test_nothing_of_the_child_is_in_it(staffed: Desk) -> None:
    reference = opened(staffed)
    said = staffed.run("disclosures", reference).out
    said += json.dumps(staffed.run("disclosures", reference, "--json").json)
    assert "canary" not in said.lower()
    assert "2016-03-01" not in said
