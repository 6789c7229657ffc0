"""Four thousand forged, spent, stale and permuted links, cookies, forms and starts of the Mini App
change nothing, and each door has one answer: the same bytes, whatever was wrong.

How many: 1,500 links, 1,000 cookies and forms, 1,500 starts, all at the web application itself
without a socket; one in a hundred more over real HTTP. On PostgreSQL a tenth.
"""

import base64
import os
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from bot.domain.access import LAUNCH_LIVES
from bot.sandbox.mini_apps import init_data
from bot.web.server import web_app
from tests.forged.test_forged_presses import fingerprint
from tests.forged.town import LEAVER, STRANGER, Town, as_mini_app, build
from tests.world import World

SEED = int(os.environ.get("ENCOMPASS_CANARY_SEED", "20261116"))
_OURS = {"sec-fetch-site": "same-origin"}
_A_LOOK = 250
Fire = Callable[[httpx.AsyncClient], AsyncIterator[httpx.Response]]


@asynccontextmanager
async def at_the_door(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The web application itself, on this very service's store and clock."""
    transport = httpx.ASGITransport(app=web_app(world.ctx, 100))
    async with httpx.AsyncClient(transport=transport, base_url="http://page.example") as http:
        yield http


def same(answer: httpx.Response) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
    """All of an answer that anybody could tell it by."""
    told = [(k, v) for k, v in sorted(answer.headers.items()) if k not in ("date", "connection")]
    return answer.status_code, answer.content, tuple(told)


def _flipped(draw: random.Random, text: str) -> str:
    at = draw.randrange(len(text))
    return text[:at] + chr(ord(text[at]) ^ 1 << draw.randrange(7)) + text[at + 1 :]


# --- links ---------------------------------------------------------------------------------------


def forged_links(town: Town, seed: int, count: int) -> Iterator[str]:
    draw = random.Random(seed)
    paths = {
        state: [urlsplit(link).path.rpartition("/")[2] for link in links]
        for state, links in town.links.items()
    }
    right = paths["good"]
    while count:
        link = draw.choice([*right, *paths["spent"], *paths["over"]])
        number, _, signature = link.partition(".")
        other = draw.choice([*right, *paths["spent"]])
        made = draw.choice((
            link,
            _flipped(draw, link),
            f"{number}.{other.partition('.')[2]}",
            f"{draw.randrange(40)}.{signature}",
            f"0{link}", f"+{link}", f"{number}.{signature}=", f"{link}A", link[:-1],
            link.swapcase(),
            f"{number}.{signature.replace('-', '+').replace('_', '/')}",
            f"{number}..{signature}", f"{number}", f".{signature}", f"{number}.",
            f"{number}.{base64.urlsafe_b64encode(draw.randbytes(32)).decode().rstrip('=')}",
            "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in link),
            f"{'9' * 30}.{signature}", "x" * 3000, f" {link}", f"{link} ",
        ))  # fmt: skip
        # A slash, a question mark and the like make another address of it; a right one is none.
        if made in right or not made or any(c in made for c in "/?#%\\") or not made.isprintable():
            continue
        count -= 1
        yield made


async def test_a_link_that_is_not_right_to_the_letter_gets_one_answer_and_changes_nothing(
    world: World, engine: str
) -> None:
    town = await build(world)
    world.everyone_is_accounted_for()
    before = await fingerprint(world)
    answers, pages = set(), set()
    async with at_the_door(world) as http:
        count = 1500 if engine == "sqlite" else 150
        for number, link in enumerate(forged_links(town, SEED, count), 1):
            said = await http.post(f"/open/{link}", headers=_OURS)
            answers.add(same(said))
            assert len(answers) == 1, link
            if number % 10 == 0:
                pages.add(same(await http.get(f"/open/{link}")))
            if number % _A_LOOK == 0:
                assert await fingerprint(world) == before
        [(status, body, _)] = answers
        assert status == 401
        assert b"This link does not open anything" in body
        assert len(pages) == 1, "what a scanner fetches is the same too"
    for link in forged_links(town, SEED + 1, 15):
        there = await world.http.post(f"/open/{link}", headers=_OURS)
        assert (there.status_code, there.content) == (status, body)
    assert await fingerprint(world) == before
    right = await world.http.post(urlsplit(town.links["good"][0]).path, headers=_OURS)
    assert right.status_code == 303, "and the right one, which they were made from, still opens"
    await world.settle()
    world.everyone_is_accounted_for()


# --- cookies and forms ---------------------------------------------------------------------------


async def test_a_cookie_or_a_form_of_somebody_elses_making_gets_one_answer_and_changes_nothing(
    world: World, engine: str
) -> None:
    town = await build(world)
    world.everyone_is_accounted_for()
    before = await fingerprint(world)
    draw = random.Random(SEED)
    out, nothing = set(), dict[str, set[object]]()
    [gone] = [cookie for cookie, _ in town.cookies["signed out"]]
    good = town.cookies["good"]
    answers = ("", "/why", "/acknowledge", "/recuse", "/decide", "/unlock", "/nothing")
    async with at_the_door(world) as http:
        for number in range(1, (1000 if engine == "sqlite" else 100) + 1):
            cookie, path = draw.choice(good)
            tail = draw.choice(answers)
            name, _, value = cookie.partition("=")
            match draw.randrange(3):
                case 0:  # a cookie that is nobody's
                    made = draw.choice((
                        gone, f"{name}=", f"{name}={value}x", f"{name}={value.swapcase()}",
                        f"{name}={value[:-1]}", f"{name}={'A' * 43}", f"x{cookie}",
                        f"{name}={value}=",
                    ))  # fmt: skip
                    out.add(same(await _ask(http, path + tail, made, {"form": "0" * 64})))
                case 1:  # a form that no page of this session made
                    token = draw.choice(("", "0" * 64, value, "é", "x" * 500))
                    form = {"form": token, "choice": str(draw.randrange(3)), "code": "294713"}
                    if tail not in ("", "/why"):
                        out.add(same(await _ask(http, path + tail, cookie, form)))
                case _:  # an alert that the link did not lead to
                    other = draw.choice(
                        [n for n in (*town.duties, 404, 10**20) if f"/{n}" not in path]
                    )
                    odd = draw.choice((str(other), f"-{other}", f"{other}.0", "٣", "x"))
                    if odd != path.rpartition("/")[2]:
                        said = await _ask(http, f"/alert/{odd}", cookie, None)
                        nothing.setdefault(cookie, set()).add(same(said))
            assert len(out) <= 1
            assert all(len(said) == 1 for said in nothing.values())
            if number % _A_LOOK == 0:
                assert await fingerprint(world) == before
    [(status, _, _)] = out
    assert status == 401
    assert nothing.keys() == {cookie for cookie, _ in good}
    assert await fingerprint(world) == before


async def _ask(
    http: httpx.AsyncClient, path: str, cookie: str, form: dict[str, str] | None
) -> httpx.Response:
    headers = _OURS | {"cookie": cookie}
    if form is None or path.endswith("/why") or path.count("/") == 2:
        return await http.get(path, headers=headers)
    return await http.post(path, data=form, headers=headers)


# --- starts of the Mini App ----------------------------------------------------------------------


def forged_starts(town: Town, seed: int, count: int, used: str) -> Iterator[str]:
    """Of what Telegram signed: anything but itself. The same fields in another order are itself."""
    draw = random.Random(seed)
    world = town.world
    now, token = world.clock.now(), world.sandbox.token
    people = {name: world.phone(name).sandbox.person for name in town.everybody}
    right = init_data(token, people["Mair"], now)
    while count:
        pairs = parse_qsl(right, keep_blank_values=True)
        name, value = draw.choice(pairs)
        at = draw.choice((now - LAUNCH_LIVES, now - timedelta(days=2), now + timedelta(minutes=3)))
        shuffled = draw.sample(pairs, len(pairs))
        made = draw.choice((
            used,
            urlencode(draw.sample(parse_qsl(used), len(parse_qsl(used)))),
            _flipped(draw, right),
            urlencode([pair for pair in shuffled if pair[0] != name]),
            urlencode([*shuffled, (name, value + "0")]),
            urlencode([(name, ""), *shuffled]) if name != "hash" else f"{right}&hash={'0' * 64}",
            urlencode([(n, v.swapcase() if n == name else v) for n, v in shuffled]),
            urlencode([*shuffled, ("admin", "1")]),
            right.replace(str(people["Mair"].id), str(draw.choice(list(people.values())).id)),
            init_data("1:another", people["Mair"], now),
            init_data(token, people["Mair"], at),
            init_data(token, people[STRANGER], now),
            init_data(token, people[LEAVER], now),
            right + "&x=" + "0" * 5000, right[: draw.randrange(len(right))], right * 2, "",
        ))  # fmt: skip
        if sorted(parse_qsl(made, keep_blank_values=True)) == sorted(pairs):
            continue
        count -= 1
        yield made


async def test_a_start_that_telegram_did_not_sign_now_gets_one_answer_and_changes_nothing(
    world: World, engine: str
) -> None:
    town = await build(world)
    assert world.ctx.page is not None
    world.ctx.page = as_mini_app(world.ctx.page)
    mair = world.phone("Mair").sandbox.person
    used = init_data(world.sandbox.token, mair, world.clock.now() - timedelta(seconds=30))
    good = next(n for n in town.duties if town.may("Mair", n))
    answers = set()
    async with at_the_door(world) as http:
        first = await http.post("/app/enter", data={"init_data": used, "alert": "1"}, headers=_OURS)
        assert first.status_code == 303
        await world.settle()
        world.everyone_is_accounted_for()
        before = await fingerprint(world)
        count = 1500 if engine == "sqlite" else 150
        for number, start in enumerate(forged_starts(town, SEED, count, used), 1):
            form = {"init_data": start, "alert": str(good)}
            answers.add(same(await http.post("/app/enter", data=form, headers=_OURS)))
            assert len(answers) == 1, start
            if number % _A_LOOK == 0:
                assert await fingerprint(world) == before
        [(status, body, _)] = answers
        assert status == 401
    for start in forged_starts(town, SEED + 1, 15, used):
        form = {"init_data": start, "alert": str(good)}
        there = await world.http.post("/app/enter", data=form, headers=_OURS)
        assert (there.status_code, there.content) == (status, body)
    assert await fingerprint(world) == before
