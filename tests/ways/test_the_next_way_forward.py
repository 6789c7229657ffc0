"""What one way cannot bring to a person, the next one does: once, and harmless."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.domain.people import Role
from bot.domain.school import School
from bot.flow.leave import lock
from bot.store.tables import contact_methods, delivery_attempts
from tests.builders import child_of
from tests.post import Post
from tests.world import World

MAIR: dict[str, Any] = {"email": "mair@bryn.example", "phone": "07700 900101"}
MAIRS_NUMBER = "07700900101"
NO_LATER_STEP = {'not_before = "bell-60m"': "#"}
"""The deputy is told ten minutes after the designated person."""


async def bryn(world: World, *, enrolled: bool = True, **mair: Any) -> School:
    """A school with Mair, who has these ways, Owen behind her, and the authority's people."""
    await world.policy(NO_LATER_STEP)
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn")
    mair = mair or MAIR
    await world.person("Mair", Role.DSP, schools=[school.code], enrolled=enrolled, **mair)
    await world.person("Owen", Role.DEPUTY_DSP, schools=[school.code])
    return school


async def attempts(world: World) -> list[str]:
    async with world.ctx.store.reading() as tx:
        rows = await tx.all(select(delivery_attempts.c.outcome).order_by(delivery_attempts.c.id))
    return [row.outcome for row in rows]


async def test_a_blocked_bot_pulls_the_e_mail_forward_once(world: World) -> None:
    post = await world.has_second_ways()
    school = await bryn(world)
    await world.phone("Mair").blocks_the_bot()
    world.phone("Coordinator").expects("blocked")
    reference = await world.police.send(child_of(school))
    [mail] = post.office.mails
    assert mail.to == "mair@bryn.example"
    assert mail.subject == "Encompass: something waits for you"
    assert mail.text.startswith(f"Encompass: {reference} needs your answer by 08:50, Monday 16")
    await world.advance(minutes=9)
    assert (len(post.office.mails), post.notify.texts) == (1, [])
    world.nobody_else_heard_anything()


async def test_what_was_told_and_not_answered_is_told_again_when_the_bot_is_blocked(
    world: World,
) -> None:
    post = await world.has_second_ways()
    school = await bryn(world)
    reference = await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    assert post.office.mails == []
    await world.phone("Mair").blocks_the_bot()
    world.phone("Coordinator").expects("blocked")
    [mail] = post.office.mails
    assert reference in mail.text
    [line] = await world.trail(reference, "message:next_way")
    assert (line["way"], line["instead_of"]) == ("email", "telegram")
    world.nobody_else_heard_anything()


async def test_a_refused_e_mail_pulls_the_sms_forward_and_only_then_the_ladder_moves_on(
    world: World,
) -> None:
    post = await world.has_second_ways()
    school = await bryn(world)
    post.office.answers["mair@bryn.example"] = "550 5.1.1 no such mailbox"
    post.notify.refuses(400, "ValidationError", "phone_number Not enough digits", times=1)
    await world.phone("Mair").blocks_the_bot()
    world.phone("Coordinator").expects("blocked")
    began = world.clock.now()
    await world.police.send(child_of(school))
    world.phone("Coordinator").expects("alarm.email_refused")
    world.phone("Coordinator").expects("alarm.sms_refused")
    assert world.phone("Owen").expects("alert").sent_at - began < timedelta(seconds=5)
    assert (post.office.mails, post.notify.texts) == ([], [])
    world.nobody_else_heard_anything()


async def test_an_unknown_outcome_twice_pulls_the_e_mail_forward_and_not_the_deputy(
    world: World,
) -> None:
    post = await world.has_second_ways()
    school = await bryn(world)
    mair = world.phone("Mair")
    world.sandbox.faults.reset(chat_id=mair.sandbox.id, times=3)
    await world.police.send(child_of(school))
    await world.advance(seconds=8)
    assert post.office.mails == []
    await world.advance(seconds=3)
    assert len(post.office.mails) == 1
    await world.advance(minutes=2)
    assert "You may have had this message before." in mair.expects("alert").text
    assert len(post.office.mails) == 1
    world.nobody_else_heard_anything()


async def test_a_settled_alert_is_not_told_by_a_later_way(world: World) -> None:
    post = await world.has_second_ways()
    school = await bryn(world)
    mair = world.phone("Mair")
    post.office.answers["DATA"] = "451 try again later"
    world.sandbox.faults.reset(accepted=True, chat_id=mair.sandbox.id, times=2)
    await world.police.send(child_of(school))
    await world.advance(seconds=12)
    await mair.press("Acknowledge")
    post.office.answers.clear()
    await world.advance(minutes=20)
    assert (post.office.mails, post.notify.texts) == ([], [])
    world.everyone_is_accounted_for()


# --- receipts ------------------------------------------------------------------------------------


async def by_sms(world: World, **mair: Any) -> tuple[Post, School]:
    """Mair is told by SMS first, and by e-mail next where she has an address."""
    post = await world.has_second_ways(second_ways="sms,email")
    return post, await bryn(world, enrolled=False, **mair)


async def test_a_receipt_that_the_telephone_is_none_pulls_the_next_way_forward(
    world: World,
) -> None:
    post, school = await by_sms(world)
    await world.police.send(child_of(school))
    [text] = post.notify.texts
    assert (text.number, post.office.mails) == (MAIRS_NUMBER, [])
    for _ in range(2):  # brought twice, taken once
        assert await post.notify.receipt(text, "permanent-failure") == 204
        await world.settle()
    assert len(post.office.mails) == 1
    world.phone("Coordinator").expects("alarm.sms_refused")
    assert (await attempts(world)).count("dead") == 1
    world.nobody_else_heard_anything()


async def test_without_a_next_way_that_receipt_moves_the_ladder_on(world: World) -> None:
    post, school = await by_sms(world, phone=MAIRS_NUMBER)
    await world.police.send(child_of(school))
    await post.notify.receipt(post.notify.texts[0], "permanent-failure")
    await world.settle()
    world.phone("Coordinator").expects("alarm.sms_refused")
    world.phone("Owen").expects("alert")


async def test_a_telephone_that_was_off_is_tried_again_and_somebody_else_told(
    world: World,
) -> None:
    post, school = await by_sms(world, phone=MAIRS_NUMBER)
    await world.police.send(child_of(school))
    await post.notify.receipt(post.notify.texts[0], "temporary-failure")
    await world.settle()
    world.phone("Owen").expects("alert")
    await world.advance(seconds=62)
    assert len(post.notify.texts) == 2
    assert {text.reference for text in post.notify.texts} == {post.notify.texts[0].reference}


async def test_delivered_is_recorded_and_claims_no_more(world: World) -> None:
    post, school = await by_sms(world)
    reference = await world.police.send(child_of(school))
    await post.notify.receipt(post.notify.texts[0], "delivered")
    assert (await attempts(world))[-1] == "delivered"
    [alert] = (await world.police.account(reference))["alerts"]
    assert alert["recipients"][0]["sent_at"] is not None
    assert alert["recipients"][0]["opened_at"] is None


async def test_receipts_want_their_token_and_tell_nobody_which_numbers_are_known(
    world: World,
) -> None:
    post, school = await by_sms(world)
    await world.police.send(child_of(school))
    known = post.notify.texts[0].reference
    url, token = post.notify.callback or ("", "")
    right = {"Authorization": f"Bearer {token}"}
    answers = [
        await world.http.post(url, json={"reference": name, "status": "delivered"}, headers=right)
        for name in (known, "999999", "no number", "9" * 40)
    ]
    assert {(a.status_code, a.content) for a in answers} == {(204, b"")}
    before = await attempts(world)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": token}):
        body = {"reference": known, "status": "permanent-failure"}
        refused = await world.http.post(url, json=body, headers=headers)
        assert refused.status_code == 403
    for broken in (b"{", b"[]"):
        assert (await world.http.post(url, content=broken, headers=right)).status_code == 400
    assert await attempts(world) == before
    assert post.office.mails == []


# --- whose address it is -------------------------------------------------------------------------


async def test_a_shared_mailbox_hears_for_each_of_its_people(world: World) -> None:
    post = await world.has_second_ways(sms=False)
    school = await bryn(world, enrolled=False, email="office@bryn.example")
    await world.change("Owen", email="office@bryn.example")
    await world.phone("Owen").blocks_the_bot()
    world.phone("Coordinator").expects("blocked")
    await world.police.send(child_of(school))
    assert len(post.office.to("office@bryn.example")) == 1
    await world.advance(minutes=11)
    assert len(post.office.to("office@bryn.example")) == 2


async def test_an_excluded_person_hears_nothing_by_any_way_nor_in_a_shared_mailbox(
    world: World,
) -> None:
    post = await world.has_second_ways()
    school = await bryn(world, enrolled=False, email="office@bryn.example")
    both: dict[str, Any] = {"email": "Office@bryn.example", "phone": "+44 7700 900102"}
    await world.person("Gwen", Role.DSP, schools=[school.code], enrolled=False, **both)
    await world.police.send(child_of(school) | {"exclude": ["gwen"]})
    assert (post.office.mails, post.notify.texts) == ([], [])
    world.phone("Owen").expects("alert")  # nobody before him can be told


async def test_a_lost_telephone_is_told_nothing_until_its_owner_is_invited_anew(
    world: World,
) -> None:
    post = await world.has_second_ways()
    school = await bryn(world)
    await lock(world.ctx, "mair", "command line")
    await world.settle()
    await world.stop()
    await world.start(**post.settings())
    await world.police.send(child_of(school))
    world.phone("Owen").expects("alert")
    assert (post.office.mails, post.notify.texts) == ([], [])
    world.everyone_is_accounted_for()
    await world.enrol("Mair")
    async with world.ctx.store.reading() as tx:
        live = await tx.all(
            select(contact_methods.c.channel).where(
                contact_methods.c.person_id == "mair", contact_methods.c.ended_at.is_(None)
            )
        )
    assert sorted(row.channel for row in live) == ["email", "sms", "telegram"]
    world.everyone_is_accounted_for()


async def test_what_waits_for_a_wrong_address_goes_to_the_right_one(world: World) -> None:
    post = await world.has_second_ways(sms=False)
    school = await bryn(world, enrolled=False, email="mari@bryn.example")
    post.office.answers["mari@bryn.example"] = "450 not just now"
    await world.police.send(child_of(school))
    await world.change("Mair", email="mair@bryn.example")
    await world.advance(seconds=61)
    assert len(post.office.to("mair@bryn.example")) == 1


async def test_without_the_settings_nothing_is_another_way(world: World) -> None:
    school = await bryn(world, enrolled=False)
    await world.police.send(child_of(school))
    world.phone("Owen").expects("alert")
    world.phone("Coordinator").expects("gap")
    async with world.ctx.store.reading() as tx:
        assert {row.channel for row in await tx.all(select(contact_methods))} == {"telegram"}


async def test_ways_that_are_no_longer_set_up_are_no_ways(world: World) -> None:
    await world.has_second_ways()
    school = await bryn(world, enrolled=False)
    await world.stop()
    await world.start()
    await world.police.send(child_of(school))
    world.phone("Owen").expects("alert")
    world.phone("Coordinator").expects("gap")
