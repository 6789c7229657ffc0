"""A correction shows what it changed; what it makes urgent is owed again; a late notice says so."""

from typing import Any

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from tests.builders import at, child, child_of, notice
from tests.world import World

CHANGED = "Changed since you opened this"


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def state_of(world: World, reference: str) -> str:
    return str((await world.police.account(reference))["alerts"][0]["state"])


# --- the difference ------------------------------------------------------------------------------


async def test_whoever_opened_it_before_sees_what_is_another_now(
    world: World, bryn: School
) -> None:
    pupil = child(bryn, present="not_recorded", voice="I was in bed")
    first = notice(pupil, circumstances="two adults")
    await world.police.send(first)
    mair = world.phone("Mair")
    assert CHANGED not in await mair.opens(mair.expects("alert"))
    pupil["present"] = "yes"
    await world.police.send(first | {"circumstances": "three adults"})
    view = await mair.opens(mair.expects("more"))
    said = view[view.index(CHANGED) :].split("\n\n")[0].splitlines()[1:]
    assert said == [
        "Circumstances: now three adults (before: two adults)",
        "Present: now yes (before: not recorded)",
    ]


async def test_who_had_not_opened_it_sees_it_as_it_is(world: World, bryn: School) -> None:
    first = child_of(bryn)
    await world.police.send(first)
    await world.police.send(first | {"circumstances": "three adults"})
    mair = world.phone("Mair")
    mair.expects("alert")
    assert CHANGED not in await mair.opens(mair.expects("more"))


async def test_a_child_who_came_in_is_named_as_new_and_not_compared(
    world: World, bryn: School
) -> None:
    one = child(bryn)
    first = notice(one)
    await world.police.send(first)
    mair = world.phone("Mair")
    await mair.opens(mair.expects("alert"))
    await world.police.send(first | {"children": [one, child(bryn, voice="I heard it")]})
    view = await mair.opens(mair.expects("more"))
    assert "Child 2 was not in it then." in view
    assert "now I heard it" not in view


async def test_what_is_held_back_since_is_not_shown_as_it_was(world: World, bryn: School) -> None:
    first = child_of(bryn, voice="I heard it all") | {"circumstances": "two adults"}
    await world.police.send(first)
    mair = world.phone("Mair")
    assert "I heard it all" in await mair.opens(mair.expects("alert"))
    await world.police.send(first | {"release": ["circumstances"], "circumstances": "three"})
    view = await mair.opens(mair.expects("more"))
    assert "now three (before: two adults)" in view
    assert "I heard it all" not in view


# --- urgent --------------------------------------------------------------------------------------


async def test_what_has_become_urgent_is_owed_again(world: World, bryn: School) -> None:
    first = child_of(bryn)
    reference = await world.police.send(first)
    mair, owen = world.phone("Mair"), world.phone("Owen")
    mair.expects("alert")
    await mair.press("Acknowledge")
    await world.police.send(first | {"circumstances": "more of it"})
    mair.expects("more")
    assert await state_of(world, reference) == "acknowledged", "more alone is no new duty"
    await world.police.send(first | {"circumstances": "more of it", "urgent": True})
    mair.expects("alert")
    assert await state_of(world, reference) == "open"
    [again] = await world.trail(reference, "alert:reopened")
    assert (again["urgent"], again["children"]) == (True, 1)
    await world.advance_to(at("08:50"))
    owen.expects("alert")
    await mair.press("Acknowledge")
    assert await state_of(world, reference) == "acknowledged"
    await world.police.send(first | {"urgent": True, "circumstances": "and more"})
    mair.expects("more")
    owen.expects("more")
    assert await state_of(world, reference) == "acknowledged", "it was urgent before"


# --- late ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("2026-11-15T23:30:00+00:00", "sent before that, and reached us after it"),
        ("2026-11-16T09:30:00+00:00", "and was sent after that"),
        (None, "and was sent after that"),
    ],
)
async def test_a_notice_after_its_school_day_began_says_whose_delay_it_was(
    world: World, bryn: School, sent: str | None, says: str
) -> None:
    await world.starts_at(at("10:00"))  # of the evening before; its school opened at 08:50
    body: dict[str, Any] = child_of(bryn)
    body.pop("sent_at")
    await world.police.send(body | ({"sent_at": sent} if sent else {}))
    card = world.phone("Mair").expects("alert")
    assert "It comes late: it was due before 08:50, Monday 16 November" in card.text
    assert says in card.text
    await world.phone("Mair").press("Acknowledge")
    assert "It comes late" not in card.text


async def test_a_notice_of_this_morning_is_not_late(world: World, bryn: School) -> None:
    await world.starts_at(at("10:00"))
    await world.police.send(child_of(bryn) | {"occurred_at": "2026-11-16T08:55:00+00:00"})
    assert "late" not in world.phone("Mair").expects("alert").text


# --- several about one child ---------------------------------------------------------------------


def of(pupil: dict[str, Any], day: int, **fields: Any) -> dict[str, Any]:
    """A notice about this child of a day of November."""
    return notice(pupil, occurred_at=f"2026-11-{day:02d}T20:00:00+00:00", **fields)


async def three(world: World, pupil: dict[str, Any], **last: Any) -> list[str]:
    return [
        await world.police.send(of(pupil, 2)),
        await world.police.send(of(pupil, 9)),
        await world.police.send(of(pupil, 14, **last)),
    ]


async def test_the_third_within_ninety_days_is_shown_to_the_desk_and_to_its_readers(
    world: World, bryn: School
) -> None:
    await world.person("Desk", Role.MASH_DESK, everywhere=True)
    pupil = child(bryn)
    references = await three(world, pupil)
    told = world.phone("Desk").expects("consider.these")
    assert all(reference in told.text for reference in references)
    mair = world.phone("Mair")
    first, _, third = [mair.expects("alert") for _ in references]
    view = await mair.opens(third)
    assert all(reference in view for reference in references)
    assert "Consider: " in await mair.opens(first), "of the first as of the last"
    await world.police.send(of(pupil, 14) | {"source_reference": "another one"})
    mair.expects("alert")
    world.phone("Desk").expects("consider.these")


async def test_a_version_does_not_tell_the_desk_again_and_another_child_not_at_all(
    world: World, bryn: School
) -> None:
    await world.person("Desk", Role.MASH_DESK, everywhere=True)
    pupil = child(bryn)
    last = of(pupil, 14)
    for body in (of(pupil, 2), of(child(bryn), 3), of(pupil, 9), of(child(bryn), 10), last):
        await world.police.send(body)
    world.phone("Desk").expects("consider.these")
    await world.police.send(last | {"circumstances": "more of it"})
    world.phone("Desk").heard_nothing()
    world.everyone_is_accounted_for()


async def test_who_is_excluded_from_one_learns_nothing_of_it_by_another(
    world: World, bryn: School
) -> None:
    await world.person("Desk", Role.MASH_DESK, everywhere=True)
    await world.person("Other", Role.MASH_DESK, everywhere=True)
    pupil = child(bryn)
    await world.police.send(of(pupil, 2, exclude=["owen", "other"]))
    await world.police.send(of(pupil, 9))
    await world.police.send(of(pupil, 14))
    world.phone("Desk").expects("consider.these")
    world.phone("Other").heard_nothing()
    mair, owen = world.phone("Mair"), world.phone("Owen")
    cards = [mair.expects("alert") for _ in range(3)]
    assert "Consider" in await mair.opens(cards[2])
    await world.advance_to(at("08:50"))
    assert "Consider" not in await owen.opens(owen.expects("alert"))
    world.everyone_is_accounted_for()


async def test_another_school_sees_only_what_it_was_told(world: World, bryn: School) -> None:
    pupil = child(bryn)
    await three(world, pupil)
    other = await world.school("Ysgol Arall", dsp="Nia")
    await world.police.send(of(pupil | child(other, **{k: pupil[k] for k in (
        "given_name", "family_name", "date_of_birth")}), 15))  # fmt: skip
    nia = world.phone("Nia")
    assert "Consider" not in await nia.opens(nia.expects("alert"))
    world.everyone_is_accounted_for()


async def test_a_withdrawn_notice_is_none(world: World, bryn: School) -> None:
    await world.person("Desk", Role.MASH_DESK, everywhere=True)
    pupil = child(bryn)
    await world.police.withdraw(await world.police.send(of(pupil, 2)))
    await world.police.send(of(pupil, 9))
    await world.police.send(of(pupil, 14))
    world.phone("Desk").heard_nothing()
    world.everyone_is_accounted_for()


async def test_the_partnership_chooses_how_many_and_how_long(world: World, bryn: School) -> None:
    await world.policy({"notices = 3\nwithin_days = 90": "notices = 2\nwithin_days = 5"})
    await world.person("Desk", Role.MASH_DESK, everywhere=True)
    pupil = child(bryn)
    await world.police.send(of(pupil, 2))
    await world.police.send(of(pupil, 9))
    world.phone("Desk").heard_nothing()
    await world.police.send(of(pupil, 14))
    world.phone("Desk").expects("consider.these")
    world.everyone_is_accounted_for()
