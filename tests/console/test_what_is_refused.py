"""Who gets nothing, and what nobody gets: another role, another site, forged numbers, a role that
was taken away, a cookie that was put there before, script in a name."""

import pytest

from bot.domain.access import TRIES
from bot.domain.people import Role
from bot.domain.school import School
from bot.flow.console import console_visitor
from bot.flow.console_alert import close_alert
from bot.flow.console_import import put_in_force, undo, upload
from bot.flow.console_invitations import EVERYONE, make_sheet
from bot.flow.console_readiness import write_closure
from bot.flow.reply import Reply
from tests.builders import child, notice
from tests.console.visits import CODE, addresses, asks_for_it, enters, link_in, steps_up, token_of
from tests.page.reader import Reader
from tests.world import World

_FORMS = addresses("POST")
_ADDRESSES = [*addresses("GET"), "/console/nowhere"]
_NAMES = {"accept": "text/html"}


async def looks_absent(world: World, cookie: str) -> None:
    """Every address with every method is, to the letter, an address that is not there."""
    headers = {**_NAMES, **({"cookie": cookie} if cookie else {}), "sec-fetch-site": "same-origin"}

    async def asked(method: str, path: str) -> tuple[int, str, list[tuple[str, str]]]:
        answer = await world.http.request(method, path, headers=headers)
        told = [(name, value) for name, value in answer.headers.items() if name != "date"]
        return answer.status_code, answer.text, told

    for method in ("GET", "POST", "DELETE", "HEAD", "OPTIONS"):
        nowhere = await asked(method, "/nowhere/at/all")
        assert nowhere[0] == 404
        for path in dict.fromkeys((*_ADDRESSES, *_FORMS)):
            assert await asked(method, path) == nowhere, (method, path)


async def test_for_everybody_else_the_console_is_not_there(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn)))
    mair = world.phone("Mair")
    reader = await Reader.of(world, mair, mair.expects("alert"))
    await looks_absent(world, "")
    await looks_absent(world, "__Host-encompass=made-up")
    await looks_absent(world, reader.cookie)
    world.everyone_is_accounted_for()


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.COORDINATOR, Role.MASH_DESK)])
async def test_a_role_without_a_console_is_let_in_by_no_launch(
    world: World, bryn: School, role: Role
) -> None:
    """As the Mini App's session is anybody's, so that nothing but the role is in the way."""
    reader = await enters(world, "Coordinator")
    await world.has_a_successor("Coordinator")
    await world.change("Coordinator", role=role)
    await world.settle()
    await looks_absent(world, reader.cookie)
    world.everyone_is_accounted_for()


async def test_what_another_site_sends_changes_nothing(world: World, bryn: School) -> None:
    reference = await world.police.send(notice(child(bryn)))
    reader = await enters(world, "Coordinator")
    await steps_up(reader)
    form = {"form": token_of(reader), "reason": "told_by_telephone"}
    await reader.post("/console/alerts/1/close", form, **{"sec-fetch-site": "cross-site"})
    assert reader.status == 403
    await reader.post("/console/alerts/1/close", form, **{"sec-fetch-site": "same-site"})
    assert reader.status == 403
    for token in ("", "0" * 64):
        await reader.post("/console/alerts/1/close", form | {"form": token})
        assert reader.status == 403
        assert reader.shows("Nothing was changed")
    headers = {"cookie": reader.cookie, "origin": "https://elsewhere.example"}
    answer = await world.http.post("/console/alerts/1/close", data=form, headers=headers)
    assert answer.status_code == 403
    for path in _FORMS:
        await reader.post(path, {"form": token_of(reader)}, **{"sec-fetch-site": "cross-site"})
        assert reader.status == 403, path
    assert await world.trail(reference, "alert:closed") == []
    world.everyone_is_accounted_for()


async def test_a_change_waits_for_the_unlock_code_and_loses_nothing(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(notice(child(bryn)))
    reader = await enters(world, "Coordinator")
    form = {"form": token_of(reader), "reason": "told_by_telephone"}
    await reader.post("/console/alerts/1/close", form)
    assert reader.shows("Choose an unlock code")
    assert await world.trail(reference, "alert:closed") == []
    await reader.press("Go on", code=CODE, again=CODE)
    assert reader.shows("Nothing has been changed yet.")
    assert await world.trail(reference, "alert:closed") == []
    await reader.press("Make the change")
    assert reader.shows(f"{reference} is closed.")
    await world.advance(minutes=14)
    await reader.get("/console")
    await world.advance(minutes=2)
    await reader.post("/console/alerts/1/close", form)
    assert 'name="code"' in reader.page
    assert 'name="again"' not in reader.page
    for _ in range(TRIES):
        await reader.press("Go on", code="000001")
    assert reader.status == 403
    assert 'name="code"' not in reader.page
    world.everyone_is_accounted_for()


async def test_an_address_to_go_back_to_is_the_consoles_own(world: World, bryn: School) -> None:
    reader = await enters(world, "Coordinator")
    token = token_of(reader)
    for back in ("https://elsewhere.example/", "//elsewhere.example", "/consolers", "/alert/1"):
        await reader.post("/console/language", {"form": token, "language": "en", "back": back})
        assert reader.path == "/console"
    form = {"form": token, "to": "//elsewhere.example", "code": CODE, "again": CODE}
    await reader.post("/console/unlock", form)
    assert reader.path == "/console"
    assert "elsewhere" not in reader.page
    world.everyone_is_accounted_for()


async def test_a_role_that_is_taken_away_ends_it_at_once(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn)))
    reader = await enters(world, "Coordinator")
    await steps_up(reader)
    token = token_of(reader)
    cookie = reader.cookie.partition("=")[2]
    someone = await console_visitor(world.ctx, cookie, "today")
    assert someone is not None
    await world.has_a_successor("Coordinator")
    await world.change("Coordinator", role=Role.HEAD_TEACHER)
    await reader.get("/console/today")
    assert reader.status == 404
    await reader.post("/console/alerts/1/close", {"form": token, "reason": "told_by_telephone"})
    assert reader.status == 404
    # Between the page's question and the use case's commit as well.
    assert (
        await close_alert(world.ctx, someone, 1, "told_by_telephone")
    ).sentence == "press.neutral"
    assert (await write_closure(world.ctx, someone, bryn.code, None)).sentence == "press.neutral"
    for nothing in (
        await make_sheet(world.ctx, someone, {EVERYONE}),
        await upload(world.ctx, someone, [("people.csv", b"id")]),
        await put_in_force(world.ctx, someone, 1, ""),
        await undo(world.ctx, someone, 1),
    ):
        assert isinstance(nothing, Reply)
        assert nothing.sentence in ("press.neutral", "import.upload_over")
    await world.change("Coordinator", role=Role.COORDINATOR)
    assert (
        await close_alert(world.ctx, someone, 1, "told_by_telephone")
    ).sentence == "console.closed"
    world.everyone_is_accounted_for()


async def test_who_leaves_is_out_within_the_second(world: World, bryn: School) -> None:
    await world.person("Ceri", Role.COORDINATOR, everywhere=True)
    reader = await enters(world, "Ceri")
    _, message = await asks_for_it(world, "Ceri")
    address = link_in(message)
    await world.leaves("Ceri")
    await looks_absent(world, reader.cookie)
    later = Reader(world)
    await later.get(address)
    await later.press("Open it")
    assert later.status == 401
    assert not message.buttons
    world.everyone_is_accounted_for()


async def test_forged_numbers_are_nothing_and_who_is_excluded_learns_nothing(
    world: World, bryn: School
) -> None:
    reader = await enters(world, "Coordinator")
    await steps_up(reader)
    token = token_of(reader)
    hidden = await world.police.send(notice(child(bryn)) | {"exclude": ["coordinator"]})
    pages = []
    for path in ("/console", "/console/calls", "/console/triage", "/console/changes"):
        await reader.get(path)
        assert reader.status == 200
        assert hidden not in reader.page, path
    for number in ("1", "999999", "0", "-1", "1e3", "9" * 30, "%31x"):
        await reader.get(f"/console/alerts/{number}")
        pages.append((reader.status, reader.response.text))
        form = {"form": token, "reason": "told_by_telephone"}
        await reader.post(f"/console/alerts/{number}/close", form)
        pages.append((reader.status, reader.response.text))
    assert len(set(pages)) == 1
    assert pages[0][0] == 404
    for path in (
        "drills/1/start",
        "drills/9/end",
        "readiness/away/7/end",
        "readiness/closed/7/end",
    ):
        await reader.post(f"/console/{path}", {"form": token})
        assert reader.status == 404, path
    assert await world.trail(hidden, "alert:closed") == []
    world.everyone_is_accounted_for()


async def test_another_coordinators_proposal_is_not_there(world: World, bryn: School) -> None:
    await world.person("Ceri", Role.COORDINATOR, everywhere=True)
    first, second = await enters(world, "Coordinator"), await enters(world, "Ceri")
    await steps_up(first)
    await steps_up(second)
    await first.get("/console/drills")
    await first.press("Go on", which="all", schools="", when="")
    await second.post("/console/drills/1/start", {"form": token_of(second)})
    assert second.status == 404
    await second.get("/console/drills")
    assert second.shows("There has been no drill yet.")
    world.everyone_is_accounted_for()


async def test_a_cookie_that_was_put_there_before_is_nobodys(world: World, bryn: School) -> None:
    _, message = await asks_for_it(world, "Coordinator")
    reader = Reader(world)
    reader.cookie = "__Host-encompass=planted"
    await reader.get(link_in(message))
    await reader.press("Open it")
    assert reader.path == "/console"
    assert reader.status == 200
    assert "planted" not in reader.cookie
    await looks_absent(world, "__Host-encompass=planted")


async def test_script_in_a_name_stays_text_and_nobody_may_frame_it(
    world: World, bryn: School
) -> None:
    evil = "<script>alert(1)</script>{{ 7919 * 7907 }}"
    school = await world.school(evil, dsp=evil)
    await world.police.send(notice(child(school)))
    reader = await enters(world, "Coordinator")
    for path in ("", "/alerts/1", "/calls", "/readiness", "/readiness/away", "/readiness/closed"):
        await reader.get(f"/console{path}")
        assert reader.status == 200
        assert "<script>alert" not in reader.response.text
        assert str(7919 * 7907) not in reader.response.text
        headers = reader.response.headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "script-src 'self';" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
    assert reader.response.text.count("&lt;script&gt;") > 0
    world.everyone_is_accounted_for()
