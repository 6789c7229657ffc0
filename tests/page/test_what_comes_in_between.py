"""What is committed while somebody opens the page counts for what they are shown. On SQLite there
is one writer and nothing comes in between; on PostgreSQL these wait for each other."""

import asyncio
from typing import Any

import pytest

from bot.domain.school import School
from bot.flow import compose, open_page
from bot.flow.leave import leave
from bot.store import alerts, notifications
from bot.store.tables import disclosures
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.page.reader import Reader
from tests.world import World


@pytest.fixture(params=["postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """The one on which two units of work run at once."""
    return str(request.param)


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def opened(world: World, first: dict[str, Any]) -> Reader:
    await world.opens_details_on_the_page()
    world.everyone_is_accounted_for()
    await world.police.send(first)
    mair = world.phone("Mair")
    return await Reader.of(world, mair, mair.expects("alert"))


def whole(school: School) -> dict[str, Any]:
    return notice(child(school, **WHOLE_CHILD), **WHOLE)


@pytest.mark.parametrize("place", [open_page, compose])
async def test_a_version_that_comes_right_before_the_view_is_not_shown_to_whom_it_excludes(
    world: World, bryn: School, monkeypatch: pytest.MonkeyPatch, place: Any
) -> None:
    first = whole(bryn)
    second = first | {"exclude": ["mair"], "circumstances": "Zweite-version"}
    right = place.view_for

    async def late(*given: Any) -> Any:
        monkeypatch.setattr(place, "view_for", right)
        headers = {"Authorization": f"Bearer {world.police.key}"}
        await world.http.post("/api/v1/notifications", json=second, headers=headers)
        return await right(*given)

    if place is open_page:
        reader = await opened(world, first)
        monkeypatch.setattr(place, "view_for", late)
        await reader.get(reader.path)
        shown = reader.page
    else:
        await world.police.send(first)
        mair = world.phone("Mair")
        card = mair.expects("alert")
        monkeypatch.setattr(place, "view_for", late)
        await mair.press("Open details", card)
        shown = "".join(version.text for version in card.history)
    assert "Zweite-version" not in shown
    world.everyone_is_accounted_for()


async def test_who_left_while_the_page_waited_is_shown_nothing(world: World, bryn: School) -> None:
    reader = await opened(world, whole(bryn))
    headers = {"cookie": reader.cookie}
    async with world.ctx.store.unit() as tx:
        await alerts.lock_all(tx, [_number(reader)])
        asking = asyncio.create_task(world.http.get(reader.path, headers=headers))
        leaving = asyncio.create_task(leave(world.ctx, "mair", "a test"))
        await asyncio.sleep(0.3)  # both wait for this unit
    answer, _ = await asyncio.gather(asking, leaving)
    async with world.ctx.store.reading() as tx:
        lines = await tx.all(disclosures.select())
    # Whoever came first: what was shown was written down, and after the leaving nothing is.
    assert ("Canary" in answer.text) is (len(lines) == 2)
    later = await world.http.get(reader.path, headers=headers)
    assert later.status_code == 401
    await world.settle()
    world.everyone_is_accounted_for()


async def test_who_is_excluded_while_the_page_waits_is_shown_nothing(
    world: World, bryn: School
) -> None:
    reader = await opened(world, whole(bryn))
    headers = {"cookie": reader.cookie}
    async with world.ctx.store.unit() as tx:
        alert = await alerts.by_id(tx, _number(reader))
        assert alert is not None
        await notifications.by_id(tx, alert.notification_id, lock=True)
        await alerts.lock_all(tx, [alert.id])
        asking = asyncio.create_task(world.http.get(reader.path, headers=headers))
        await asyncio.sleep(0.3)
        await notifications.change(tx, alert.notification_id, excluded=["mair"])
    answer = await asking
    assert answer.status_code == 404
    assert "Canary" not in answer.text
    world.everyone_is_accounted_for()


async def test_sealing_and_coming_in_never_stand_in_each_others_way(
    world: World, bryn: School
) -> None:
    await opened(world, whole(bryn))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    await world.advance(minutes=51)
    card, mairs = owen.expects("alert"), mair.sandbox.last
    assert mairs is not None
    reader = await Reader.of(world, mair, mairs)
    await owen.press("Open details", card)
    [address] = [button.url for row in card.buttons for button in row if button.url]
    headers = {"cookie": reader.cookie, "sec-fetch-site": "same-origin"}
    token = reader.page.partition('name="form" value="')[2].partition('"')[0]
    coming, sealing = await asyncio.gather(
        world.http.post(str(address), headers={"sec-fetch-site": "same-origin"}),
        world.http.post(
            f"{reader.path}/not-ours", data={"form": token, "child": "1"}, headers=headers
        ),
    )
    assert sealing.status_code == 200
    assert coming.status_code in (303, 401)
    await world.settle()
    assert card.text == "This message is no longer available."
    world.everyone_is_accounted_for()


def _number(reader: Reader) -> int:
    return int(reader.path.rpartition("/")[2])
