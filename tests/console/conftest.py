"""One school, the people of the authority, and the console on loopback."""

import pytest

from bot.domain.school import School
from tests.console.visits import enters, steps_up
from tests.page.reader import Reader
from tests.world import World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.opens_details_on_the_page()
    world.everyone_is_accounted_for()
    return school


@pytest.fixture
async def coordinator(world: World, bryn: School) -> Reader:
    """In the console, and the unlock code is given."""
    reader = await enters(world, "Coordinator")
    await steps_up(reader)
    world.everyone_is_accounted_for()
    return reader
