"""What is so before a situation begins: calendars, and what the partnership has agreed."""

from tests.situations.grammar import deed
from tests.situations.hours import read_day
from tests.situations.stage import Stage


@deed("SCHOOL", "has INSET on DAY")
async def inset(stage: Stage, school: str, day: str) -> None:
    await stage.own_days(school, f"inset = [{read_day(day, stage.today)}]")


@deed("SCHOOL", "closes at TIME on DAY")
async def half_day(stage: Stage, school: str, time: str, day: str) -> None:
    on = read_day(day, stage.today)
    await stage.own_days(
        school, f'half_days = [{{ on = {on}, closes_at = "{time}", why = "half day" }}]'
    )


@deed("the calendar", "has a term from DAY to DAYS")
async def term(stage: Stage, day: str, days: str) -> None:
    first, last = read_day(day, None), read_day(days, None)
    terms = f"terms = [\n    {{ from = {first}, to = {last} }},"
    await stage.calendar(lambda text: text.replace("terms = [", terms, 1))


@deed("the partnership", "has switched the nurse leg off")
async def without_nurses(stage: Stage) -> None:
    await stage.world.without_nurses()


@deed("the partnership", "tells deputies after ten minutes, at any hour")
async def deputies_at_any_hour(stage: Stage) -> None:
    await stage.world.policy({'not_before = "bell-60m"': "#"})


@deed("the partnership", "keeps quiet hours from TIME to HOUR")
async def quiet_hours(stage: Stage, time: str, hour: str) -> None:
    quiet = f'[policies.school.quiet]\nfrom = "{time}"\nto = "{hour}"\n\n'
    await stage.world.policy(
        {"[policies.school.at_the_end]": f"{quiet}[policies.school.at_the_end]"}
    )


@deed("the partnership", "holds what comes in the holidays")
async def holds(stage: Stage) -> None:
    await _in_the_holidays(stage, "hold")


@deed("the partnership", "tells only the holiday list in the holidays")
async def holiday_list(stage: Stage) -> None:
    await _in_the_holidays(stage, "holiday_list")


async def _in_the_holidays(stage: Stage, send: str) -> None:
    holiday = f'[policies.school.holiday]\nsend = "{send}"\n\n'
    await stage.world.policy(
        {"[policies.school.at_the_end]": f"{holiday}[policies.school.at_the_end]"}
    )


@deed("PERSON", "is on the holiday list")
async def on_the_list(stage: Stage, who: str) -> None:
    await stage.world.change(who, holidays=True)


@deed("PERSON", "has never enrolled")
async def never_enrolled(stage: Stage, who: str) -> None:
    await stage.world.never_enrolled(who)


@deed("the partnership", "has set up e-mail")
async def has_email(stage: Stage) -> None:
    stage.post = await stage.world.has_second_ways(sms=False)
    await stage.world.stagehand.tick()


@deed("PEOPLE", "have an e-mail address")
async def have_addresses(stage: Stage, who: tuple[str, ...]) -> None:
    for name in who:
        await stage.world.change(name, email=stage.address(name))
