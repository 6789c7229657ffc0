"""What opening a view on the secure page costs at the server, with many alerts stored."""

import hashlib
import tempfile
import time
from datetime import time as clock
from pathlib import Path

import httpx

from benchmarks.figures import Figure, spread
from benchmarks.ticks import fill
from bot.clock import MachineClock
from bot.domain.access import SecurePage, Way
from bot.domain.people import Channel, Person, Role, Scope
from bot.domain.school import School
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.directory import apply
from bot.flow.new_notices import Incoming
from bot.flow.raise_alerts import raise_due
from bot.flow.reception import Reception
from bot.intake.directory_csv import DirectoryFile
from bot.intake.document import read_json
from bot.store import access, directory, partners, schema
from bot.store.unit_of_work import Store
from bot.web.browser import COOKIE
from bot.web.server import WebServer, web_app

_CONFIG = Path(__file__).parent.parent / "config"
_ROUNDS = 200
_WARM = 20
_WORD = "cookie-of-the-bench"
_NOTICE = b"""{"source_reference": "bench-view", "occurred_at": "2026-11-15T22:40:00+00:00",
 "circumstances": "A neighbour heard shouting.", "risk": {"scale": "DASH", "value": "medium"},
 "children": [{"given_name": "Synthetic", "family_name": "Pupil", "date_of_birth": "2016-03-01",
  "school": {"code": "9992001", "name": "Ysgol Bryn"}, "present": "yes"}]}"""


async def viewing(alerts: int) -> Figure:
    """One person opens the same alert again and again: each is a line of the ledger, committed
    before the page leaves. Beside it: a page of the same server that asks for nothing."""
    with tempfile.TemporaryDirectory(prefix="encompass-bench-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'viewing.db'}"
        await schema.migrate(url)
        ctx = Context(Store(url), MachineClock(), "bench")
        ctx.page = SecurePage("http://127.0.0.1", b"bench")
        web = WebServer(web_app(ctx, 100), "127.0.0.1", 0)
        try:
            await take_config(ctx, read_config(_CONFIG))
            await _somebody_is_in(ctx)
            await fill(ctx, alerts)
            await _an_alert_is_raised(ctx)
            await web.start()
            cookie = {"cookie": f"{COOKIE}={_WORD}"}
            async with httpx.AsyncClient(base_url=web.url, headers=cookie) as browser:
                trivial = await _times(browser, "/ended", "signed out")
                opening = await _times(browser, f"/alert/{alerts + 1}", "Synthetic Pupil")
        finally:
            await web.stop()
            await ctx.store.close()
    ratio = sorted(opening)[_ROUNDS // 2] / sorted(trivial)[_ROUNDS // 2]
    beside = f"a page that asks for nothing: {spread(trivial)}"
    name = f"opening a view, {alerts:,} alerts stored"
    return Figure(name, spread(opening), beside, ratio, "under 50 ms")


async def _times(browser: httpx.AsyncClient, path: str, holds: str) -> list[float]:
    took = []
    for number in range(_WARM + _ROUNDS):
        begin = time.perf_counter()
        answer = await browser.get(path)
        if number >= _WARM:
            took.append(time.perf_counter() - begin)
        assert holds in answer.text, answer.text
    return took


async def _somebody_is_in(ctx: Context) -> None:
    """A school, and its DSP with a session."""
    school = School("9992001", "Ysgol Bryn", clock(8, 50), clock(15, 20), "porth-awel")
    dsp = Person("p1", "Mair", Role.DSP, Scope(schools=frozenset({school.code})))
    await apply(ctx, [DirectoryFile(schools=[school]), DirectoryFile(people=[dsp])])
    async with ctx.store.unit() as tx:
        now = ctx.now()
        contact = await directory.bind_contact(tx, dsp.id, Channel.TELEGRAM, "7700900001", now)
        sha256 = hashlib.sha256(_WORD.encode()).hexdigest()
        await access.add_session(
            tx,
            sha256=sha256,
            person_id=dsp.id,
            contact_id=contact,
            alert_id=None,
            way=Way.MINI_APP,
            created_at=now,
            used_at=now,
        )


async def _an_alert_is_raised(ctx: Context) -> None:
    """Of a notice for that school: its alert's number is the next one."""
    async with ctx.store.unit() as tx:
        partner = await partners.named(tx, "View Force", ctx.now())
    submission = read_json(_NOTICE, ctx.now())
    await Reception(ctx).take(Incoming(partner, "View Force", "api", _NOTICE, submission))
    await raise_due(ctx)
