"""What one way cannot bring to a person, the next one does: once, and harmless."""

from typing import Any

from bot.domain.people import Role
from tests.builders import child_of
from tests.world import World

MAIR: dict[str, Any] = {"email": "mair@bryn.example", "phone": "07700 900101"}
MAIRS_NUMBER = "07700900101"


async def test_a_blocked_bot_pulls_the_e_mail_forward(world: World) -> None:
    post = await world.has_second_ways(sms=False)
    school = await world.school("Ysgol Bryn")
    await world.without_nurses()
    await world.authority()
    await world.person("Mair", Role.DSP, schools=[school.code], **MAIR)
    await world.phone("Mair").blocks_the_bot()
    world.phone("Coordinator").expects("blocked")
    reference = await world.police.send(child_of(school))
    [mail] = post.office.mails
    assert mail.to == "mair@bryn.example"
    assert f"{reference} needs your answer by 08:50, Monday 16 November." in mail.text
    await world.advance(minutes=5)
    assert len(post.office.mails) == 1
    world.nobody_else_heard_anything()
