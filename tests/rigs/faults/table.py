"""The table: every fault that is to be survived, how it is brought about and lifted, and the ending
that is expected of it. docs/faults.md is made of it.

A fault meets every stage of `stages.STAGES`, with these exceptions: what a partner sends cannot
come while the service is down, so that it is not crossed with `started`; and a fault is only on the
engines that have it. What a fault is not `of`, a stage is to do in spite of it, while it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.people import Role
from bot.flow.leave import leave
from tests.rigs.faults import of_rows, of_telegram, of_the_database, of_the_machine, of_the_server
from tests.rigs.faults.journey import Brought, Journey
from tests.rigs.faults.of_telegram import calls, refused, spoiled
from tests.rigs.faults.stages import STAGES, Do, Needs, Stage
from tests.world import MONDAY_AT_SEVEN

ROWS = (
    "kill -9 at any line", "power cut (unsynced writes dropped)", "disk full", "database locked",
    "PostgreSQL stopped hard", "two workers", "worker taken over",
    "429 (per chat)", "429 (global)", "401", "403", "409",
    "400 of every kind", "5xx in JSON and HTML", "empty body", "reset after accepting",
    "slow answer", "duplicated, reordered and day-old updates",
    "a callback replayed, forged, too old, from someone who has left",
    "clock stepped by an hour either way", "both changes of the clocks", "suspended process",
    "a malformed, huge, hostile or repeated notification", "one poisoned row",
)  # fmt: skip
"""The list of faults to survive, in its words."""
BOTH, SQLITE, POSTGRES = ("sqlite", "postgres"), ("sqlite",), ("postgres",)
_DOWN = frozenset({"started"})
_IN_OCTOBER = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
_IN_MARCH = datetime(2027, 3, 28, 0, 50, tzinfo=UTC)
_REFUSED = frozenset({"message_refused"})


@dataclass(frozen=True)
class Fault:
    row: str
    """The words of the list of faults to survive."""
    name: str
    about: str
    """How it is brought about."""
    lifted: str
    ending: str
    """What is expected, besides what is expected of all: see `endings`."""
    brought: Brought
    of: frozenset[Needs] = frozenset()
    """What fails. A stage that needs none of it happens in spite of the fault."""
    engines: tuple[str, ...] = BOTH
    not_at: frozenset[str] = frozenset()
    beforehand: Do | None = None
    instead: bool = False
    """Somebody else may be told in the place of whom the stage tells."""
    stands: frozenset[str] = frozenset()
    """Alarms that stand on, for a day, after the fault is over."""
    at: datetime = MONDAY_AT_SEVEN
    waits: float | None = None
    """Seconds that a writer waits for a lock; None: as the service has it."""
    lasts: tuple[float, float] = (1, 20)
    own_server: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """A fault with a rig of its own."""

    row: str
    rig: str


_DB, _TG, _TIME = (frozenset({need}) for need in (Needs.DATABASE, Needs.TELEGRAM, Needs.TIME))
_LIFTED = "Telegram answers as it should again"


def _telegram(
    row: str, name: str, about: str, ending: str, brought: Brought, **more: object
) -> Fault:
    return Fault(row, name, about, _LIFTED, ending, brought, **{"of": _TG, **more})  # type: ignore[arg-type]


_LATER = "the card leaves as soon as it may, once, and nothing is lost"
_REPEATED = "nobody knows what became of the card: it is sent again, marked, until it is known"
_RED = "nothing is lost; health is red while it lasts and green behind it; a start is refused in one sentence"  # noqa: E501
_DEAD = "the address is dead: the next person is told at once, and the coordinator"
_NEVER = "this message is never taken: the next person is told at once, an alarm stands for a day"
_SERVED = "the partner gets 503 and one sentence, never 202 for what is not kept; the same notice sent again is accepted, and presses wait at Telegram or in the inbox"  # noqa: E501
_IN_SPITE = "the stage happens all the same, within its time"


async def _coordinator_leaves(journey: Journey) -> None:
    await journey.world.person("Another", Role.COORDINATOR, everywhere=True)
    await leave(journey.world.ctx, "coordinator", by="command line")
    await journey.passes(3)


FAULTS = (
    # --- the database ---
    Fault("disk full", "no more pages", "`max_page_count` is what the file has, and it is full",
          "there is room again", _SERVED, of_the_database.no_more_pages, _DB, SQLITE,
          beforehand=of_the_database.a_long_story),
    Fault("disk full", "no commit", "commits fail with ENOSPC, from one of the first on",
          "they go through", _SERVED,
          of_the_database.at_commits(lambda: OSError(28, "No space left on device")), _DB),
    Fault("disk full", "an answer lost", "commits become durable, and the connection is lost before"
          " anybody learns so", "connections hold", "the partner gets 503 and sends again: the"
          " same notice, under the same reference; whatever else was done once is done once",
          of_the_database.at_commits(lambda: ConnectionResetError(104, "reset"), behind=True), _DB),
    Fault("database locked", "for long", "somebody else holds the write lock (SQLite), or every"
          " table (PostgreSQL), for longer than anybody waits", "the lock is given up",
          _SERVED + "; a start on PostgreSQL waits",
          of_the_database.locked_for_long, _DB, waits=0.1, lasts=(1, 5)),
    Fault("database locked", "for a moment", "the same, for 0.15 seconds", "by itself",
          "it is waited for: " + _IN_SPITE, of_the_database.locked_for_a_moment),
    Fault("database locked", "read only", "every connection is cut, and the server takes no writes"
          " like a standby", "it takes them", _SERVED, of_the_database.takes_no_writes, _DB,
          POSTGRES),
    Fault("PostgreSQL stopped hard", "started again", "an immediate stop in the middle of it all",
          "it is started again and recovers", _SERVED, of_the_server.stopped_hard, _DB, POSTGRES,
          own_server=True),
    Fault("PostgreSQL stopped hard", "promoted", "an immediate stop, for good",
          "its synchronous standby is promoted, at its address", _SERVED + "; with an asynchronous"
          " standby what was accepted last may be lost", of_the_server.promoted, _DB, POSTGRES,
          beforehand=of_the_server.is_followed, own_server=True),
    # --- what Telegram answers ---
    _telegram("429 (per chat)", "one chat", "the chat that is told gets 429 with 1 to 9 seconds",
              _LATER, calls(lambda f, chat, n: f.flood(n, chat_id=chat, times=1 + n % 3))),
    _telegram("429 (global)", "all chats", "every call gets 429 with 1 to 9 seconds", _LATER,
              calls(lambda f, _, n: f.flood(n, times=None))),
    _telegram("429 (global)", "without a time", "every call gets 429 with `retry_after` 0", _LATER,
              calls(lambda f, _, __: f.flood(0, times=None))),
    _telegram("401", "the token", "every call gets 401", _RED,
              calls(refused(401, "Unauthorized"))),
    _telegram("409", "two of us", "every call gets 409", _RED,
              calls(refused(409, "Conflict: terminated by other getUpdates request"))),
    _telegram("403", "blocked", "the person that is told has blocked the bot", _DEAD,
              calls(refused(403, "Forbidden: bot was blocked by the user", "sendMessage")),
              instead=True),
    *(_telegram("400 of every kind", says, f"sending gets 400 *{says}*", _DEAD,
                calls(refused(400, f"Bad Request: {says}", "sendMessage")), instead=True)
      for says in ("chat not found", "user is deactivated", "PEER_ID_INVALID")),
    *(_telegram("400 of every kind", says, f"sending gets 400 *{says}*", _NEVER,
                calls(refused(400, f"Bad Request: {says}", "sendMessage")),
                instead=True, stands=_REFUSED)
      for says in ("message is too long", "can't parse entities", "BUTTON_DATA_INVALID")),
    _telegram("400 of every kind", "message is not modified", "edits get 400 *message is not"
              " modified*", "it says already what it should: nothing follows",
              calls(refused(400, "Bad Request: message is not modified", "editMessageText"))),
    _telegram("400 of every kind", "message to edit not found", "edits get 400 *message to edit not"
              " found*", "the view is not shown; an alarm stands for a day, and nothing is lost",
              calls(refused(400, "Bad Request: message to edit not found", "editMessageText")),
              instead=True, stands=_REFUSED),
    _telegram("5xx in JSON and HTML", "500 in JSON", "sends and edits get 500 in JSON", _REPEATED,
              calls(lambda f, chat, n: f.error(500, "Internal Error", chat_id=chat, times=n))),
    _telegram("5xx in JSON and HTML", "502 in HTML", "sends and edits get 502 in HTML", _REPEATED,
              calls(spoiled(502, "<h1>Bad Gateway</h1>"))),
    _telegram("empty body", "500 and nothing", "sends and edits get 500 without a word", _REPEATED,
              calls(spoiled(500, ""))),
    _telegram("empty body", "200 and nothing", "sends and edits get 200 without a word", _REPEATED,
              calls(spoiled(200, ""))),
    _telegram("reset after accepting", "cut behind", "what is sent lands, and the connection is cut"
              " before that is said", _REPEATED + "; what landed twice says so",
              calls(lambda f, chat, n: f.reset(accepted=True, chat_id=chat, times=n))),
    _telegram("reset after accepting", "cut before", "the connection is cut and nothing lands",
              _REPEATED, calls(lambda f, chat, n: f.reset(chat_id=chat, times=n))),
    _telegram("reset after accepting", "all cut", "every connection is cut", _REPEATED,
              of_telegram.is_down),
    _telegram("reset after accepting", "unreachable", "no connection is made", _LATER,
              of_telegram.is_unreachable),
    _telegram("slow answer", "before", "a call takes effect after up to 4 seconds",
              _LATER, calls(lambda f, chat, n: f.delay(n % 4 + 1, chat_id=chat, times=3)),
              of=frozenset()),
    _telegram("slow answer", "behind", "a call is answered up to 4 seconds after it took effect",
              _LATER, calls(lambda f, chat, n: f.delay(n % 4 + 1, accepted=True, chat_id=chat,
              times=3)), of=frozenset()),
    # --- what Telegram brings ---
    _telegram("duplicated, reordered and day-old updates", "twice and backwards", "updates come"
              " newest first, and each twice", "each is done once, in the order it was said",
              of_telegram.twice_and_backwards, of=frozenset()),
    _telegram("duplicated, reordered and day-old updates", "a day late", "updates come 26 hours"
              " late", "a press counts once, however late; until then the ladder goes on",
              of_telegram.a_day_late, instead=True, lasts=(1, 1)),
    _telegram("duplicated, reordered and day-old updates", "unreadable", "an update of the same"
              " chat, before all others, cannot be read", "it is given up after four minutes, with"
              " an alarm, and holds up no other", of_telegram.unreadable, of=frozenset(),
              stands=frozenset({"press_not_handled"})),
    _telegram("a callback replayed, forged, too old, from someone who has left", "replayed",
              "what was pressed is pressed again", "it counts once", of_telegram.replayed,
              of=frozenset()),
    _telegram("a callback replayed, forged, too old, from someone who has left", "forged",
              "a stranger, and a deputy with another's card, press what was never theirs",
              "nothing is shown to them and nothing changes",
              of_telegram.pressed_by(("Stranger", "Desk")), of=frozenset()),
    _telegram("a callback replayed, forged, too old, from someone who has left", "too old",
              "no press can be answered any more", "it counts all the same", of_telegram.too_old,
              of=frozenset()),
    _telegram("a callback replayed, forged, too old, from someone who has left", "of a leaver",
              "a coordinator who has left presses and writes on", "the answer is the neutral one,"
              " and nothing changes", of_telegram.pressed_by(("Coordinator",)), of=frozenset(),
              beforehand=_coordinator_leaves),
    # --- the machine ---
    Fault("clock stepped by an hour either way", "forward", "the service's clock is an hour ahead",
          "it is right again", "what has come due by it is done, once; nothing waits for the hour"
          " to come round", of_the_machine.stepped(timedelta(hours=1))),
    Fault("clock stepped by an hour either way", "back", "the service's clock is an hour behind",
          "it is right again", "what waited in a row at the step waits until its instant comes"
          " again, an hour at most; whatever comes in is dealt with at once",
          of_the_machine.stepped(timedelta(hours=-1)), _TIME),
    Fault("both changes of the clocks", "in October", "the clocks go back within the stage",
          "by itself", _IN_SPITE + ", and the deputy's time is the bell's of that day",
          of_the_machine.clocks_change, at=_IN_OCTOBER),
    Fault("both changes of the clocks", "in March", "the clocks go forward within the stage",
          "by itself", _IN_SPITE + ", and the deputy's time is the bell's of that day",
          of_the_machine.clocks_change, at=_IN_MARCH),
    Fault("suspended process", "suspended", "20 seconds to 2 hours pass at once behind one of the"
          " stage's first commits, of which the process lives none", "it goes on",
          "leases are taken again; what is overdue is done once, in order; a card whose claim ran"
          " out is sent again, marked; a view whose minute is over is not shown",
          of_the_machine.leaps(20, 7200, lives=False),
        _TIME | {Needs.A_MINUTE}),
    Fault("suspended process", "event loop blocked", "the loop stands still for 5 to 40 seconds"
          " behind one of the stage's first commits", "it goes on", "the same",
          of_the_machine.leaps(5, 40, lives=True),
        _TIME | {Needs.A_MINUTE}),
    # --- what comes in ---
    Fault("a malformed, huge, hostile or repeated notification", "malformed", "bodies that are no"
          " notice", "by itself", "each is refused with 400 or 422; " + _IN_SPITE,
          of_rows.malformed, not_at=_DOWN),
    Fault("a malformed, huge, hostile or repeated notification", "huge", "bodies at and over the"
          " limit", "by itself", "each is refused with 413 or 400; " + _IN_SPITE, of_rows.huge,
          not_at=_DOWN),
    Fault("a malformed, huge, hostile or repeated notification", "hostile", "every text holds"
          " markup, formulas and queries", "by itself", "it is text, to whoever opens it, and to"
          " nobody before; " + _IN_SPITE, of_rows.hostile, not_at=_DOWN),
    Fault("a malformed, huge, hostile or repeated notification", "repeated", "the same bytes three"
          " times at once, before and behind", "by itself", "one notice, one reference, one card; "
          + _IN_SPITE, of_rows.repeated, not_at=_DOWN),
    # --- poisoned rows ---
    Fault("one poisoned row", "cannot be raised", "a notice's content is unreadable, and it is due"
          " first", "its content is put right", "no other row is held up; an alarm names it until"
          " it is raised", of_rows.cannot_be_raised, beforehand=of_rows.another_notice),
    Fault("one poisoned row", "cannot be climbed", "an alert's ladder is unreadable, and it is due"
          " first", "its ladder is put right", "no other row is held up; an alarm names it for a"
          " day", of_rows.cannot_be_climbed, beforehand=of_rows.another_notice,
          stands=frozenset({"not_escalated"})),
    Fault("one poisoned row", "cannot be worded", "a message has no words, and is due first",
          "it has words again", "no other row is held up; an alarm stands for a day",
          of_rows.cannot_be_worded, stands=frozenset({"message_not_worded"})),
)  # fmt: skip

ELSEWHERE = (
    Elsewhere("kill -9 at any line", "kills"),
    Elsewhere("power cut (unsynced writes dropped)", "power_cut"),
    Elsewhere("two workers", "workers"),
    Elsewhere("worker taken over", "workers"),
)


def cells(engine: str) -> Iterator[tuple[Fault, Stage]]:
    """Every fault of this engine at every stage that it can meet."""
    for fault in FAULTS:
        for stage in STAGES:
            if engine in fault.engines and stage.name not in fault.not_at:
                yield fault, stage
