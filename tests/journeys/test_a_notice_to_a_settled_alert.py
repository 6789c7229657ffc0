"""The whole journey, from a notice to a settled alert."""

from bot.domain.people import Role
from tests.builders import child_of
from tests.world import World


async def test_silence_reaches_the_deputy(world: World) -> None:
    school = await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen")
    await world.authority()
    await world.policy({'not_before = "bell-60m"': "#"})
    await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    world.phone("Coordinator").expects("gap")  # no school nurse
    await world.advance(minutes=10)
    world.phone("Owen").expects("alert")
    world.nobody_else_heard_anything()


async def test_an_acknowledgement_settles_the_alert_and_tells_the_others(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.person("Megan", Role.DSP, schools=[school.code], language="cy", order=2)
    reference = await world.police.send(child_of(school))
    mair, megan, nia = world.phone("Mair"), world.phone("Megan"), world.phone("Nia")
    for phone in (mair, megan, nia):
        phone.expects("alert")
    press = await mair.press("Open details")
    assert press.answer is not None
    assert "Synthetic" in mair.shows("card.alert").text
    press = await mair.press("Acknowledge")
    assert press.answer is not None
    assert press.answer.text == "Acknowledged. Thank you."
    mair.shows("card.you_acknowledged")
    assert "Mair" in megan.shows("card.other_acknowledged").text
    nia.shows("card.alert")
    account = await world.police.account(reference)
    assert [alert["state"] for alert in account["alerts"]] == ["acknowledged", "open"]
    await world.advance(minutes=2)
    assert "Synthetic" not in mair.shows("card.you_acknowledged").text
