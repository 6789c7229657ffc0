"""Today leads an authority that is not set up yet: what lacks, why, and the page on which it is
done; coordinators alone, and only until it is set up."""

import re

import pytest

from bot.domain.errors import ConflictError
from bot.flow.first_coordinator import first_coordinator, id_from
from bot.flow.first_day import PAGES
from tests.console.visits import enters
from tests.page.reader import Reader
from tests.world import World

HEADING = "Before the first notice"


def steps(reader: Reader) -> dict[str, str]:
    """The word beside each step."""
    step = r'<a class="tall" href="[^"]+">([^<]+)</a> <span[^>]*>([^<]+)<'
    return dict(re.findall(step, reader.page))


async def _alone(world: World) -> Reader:
    """The first coordinator, and nobody else."""
    await world.opens_details_on_the_page()
    _, code = await first_coordinator(world.ctx, "Gwen Example", "en")
    phone = world.phone("Gwen Example")
    phone.sandbox.start(code)
    await world.settle()
    phone.expects("welcome")
    return await enters(world, "Gwen Example")


async def test_the_first_coordinator_finds_every_step_with_its_page(world: World) -> None:
    reader = await _alone(world)
    assert reader.shows(HEADING)
    assert steps(reader) == {
        "Term dates": "Done",
        "Schools": "To do",
        "People": "To do",
        "Somebody on every step": "To do",
        "Invitations": "To do",
        "Readiness for the next school day": "To do",
        "A first drill": "To do",
    }
    assert reader.shows("The directory has nobody to tell yet.", "The steps before it come first.")
    today = reader.page
    for address in PAGES.values():
        assert f'href="{address}"' in today
        await reader.get(address)
        assert reader.status == 200, address


async def test_a_step_on_which_nobody_stands_is_named_with_its_school(world: World) -> None:
    await world.authority()
    await world.school("Ysgol Bryn", dsp="Mair")
    await world.opens_details_on_the_page()
    reader = await enters(world, "Coordinator")
    assert steps(reader)["Somebody on every step"] == "To do"
    assert reader.shows("Which schools, and who is missing", ">Ysgol Bryn</a>: deputy")
    world.everyone_is_accounted_for()


async def test_the_mash_desk_is_asked_for_none_of_it(world: World) -> None:
    await world.authority()
    await world.opens_details_on_the_page()
    reader = await enters(world, "Desk")
    assert not reader.shows(HEADING)
    world.everyone_is_accounted_for()


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Gwen Example", "gwen-example"),
        ("Siân  O'Brien-Llŷr", "sian-o-brien-llyr"),
        ("Ольга", "coordinator"),
        ("x" * 80, "x" * 64),
    ],
)
def test_an_id_is_made_of_a_name(name: str, person: str) -> None:
    assert id_from(name) == person


async def test_there_is_one_first_coordinator(world: World) -> None:
    await first_coordinator(world.ctx, "Gwen Example", "en")
    with pytest.raises(ConflictError):
        await first_coordinator(world.ctx, "Huw Example", "en")
