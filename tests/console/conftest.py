"""One school, the people of the authority, and the console on loopback."""

import pytest

from bot.domain.school import School
from tests.world import World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.opens_details_on_the_page()
    world.everyone_is_accounted_for()
    return school
