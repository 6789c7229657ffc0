"""Telephones on the demo's page behave as the real ones do."""

import aiohttp
from playwright.async_api import expect

from bot.sandbox.bot_api import TOKEN
from tests.browser.visitor import ACKNOWLEDGE, COORDINATOR, DEPUTY, DSP, HIDE, NURSE, OPEN, Visitor


async def test_a_notice_rings_opens_and_is_acknowledged_by_real_presses(visitor: Visitor) -> None:
    reference = await visitor.send_sample()
    for person in (DSP, NURSE):
        await expect(visitor.messages(person).last).to_contain_text(reference)
        await expect(visitor.phone(person).locator(".badge")).to_have_text("1")
        await expect(visitor.messages(person).last).to_have_class("theirs unread")
    for person in (DEPUTY, COORDINATOR):
        await expect(visitor.phone(person).locator(".chat")).not_to_contain_text(reference)

    # Whoever touches a telephone has read what is on it.
    await visitor.messages(DSP).last.click()
    await expect(visitor.phone(DSP).locator(".badge")).to_be_hidden()
    await expect(visitor.phone(NURSE).locator(".badge")).to_be_visible()

    # A button turns until the bot has answered, and the card changes in its place.
    cards = await visitor.messages(DSP).count()
    await visitor.toggles("slow")
    await visitor.button(DSP, OPEN).click()
    await expect(visitor.button(DSP, OPEN)).to_have_attribute("aria-busy", "true")
    await expect(visitor.toast(DSP)).not_to_be_empty()
    await visitor.toggles("slow")
    await expect(visitor.button(DSP, HIDE)).to_be_visible()
    await expect(visitor.messages(DSP).last).to_contain_text("Kingsway Primary School")
    await expect(visitor.messages(DSP).last.locator(".at")).to_contain_text("edited")
    assert await visitor.messages(DSP).count() == cards

    await visitor.press(DSP, ACKNOWLEDGE)
    await visitor.press(DSP, HIDE)
    await expect(visitor.messages(DSP).last).not_to_contain_text("Kingsway")
    await visitor.nothing_is_lost()


async def test_each_telephone_speaks_its_holders_language_and_takes_commands(
    visitor: Visitor,
) -> None:
    await visitor.send()
    await expect(visitor.button(DSP, OPEN)).to_have_text("Open details")
    await expect(visitor.button(NURSE, OPEN)).to_have_text("Agor manylion")

    # The menu, and a change of language that everything on the telephone follows.
    dsp = visitor.phone(DSP)
    await expect(dsp).to_have_attribute("lang", "en")
    await dsp.locator("button.menu").click()
    await dsp.get_by_role("button", name="/language").click()
    await visitor.press(DSP, "l:cy")
    await expect(dsp).to_have_attribute("lang", "cy")
    await expect(dsp.locator("form.write input")).to_have_attribute("placeholder", "Neges")
    await dsp.locator("button.menu").click()
    await expect(dsp.get_by_role("button", name="/alerts")).to_contain_text("ar agor")

    # With the keyboard alone; what comes in meanwhile takes nobody's focus away.
    opening = visitor.button(NURSE, OPEN)
    await opening.focus()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.button(NURSE, HIDE)).to_be_visible()
    await visitor.phone(NURSE).locator("form.write input").focus()
    await visitor.page.keyboard.type("/help")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.messages(NURSE).last).to_contain_text("/alerts")
    assert await visitor.page.evaluate("document.activeElement.tagName") == "INPUT"

    # Anybody else's telephone, a stranger's among them.
    await visitor.lay_out("p043")
    await visitor.phone("p043").get_by_role("button", name="START").click()
    await expect(visitor.messages("p043")).to_have_count(1)
    neutral = await visitor.messages("p043").last.locator(".text").text_content()
    await visitor.write("p043", "Is there anything about my child?")
    await expect(visitor.messages("p043")).to_have_count(2)
    assert await visitor.messages("p043").last.locator(".text").text_content() == neutral
    await visitor.phone("p043").locator("details.more summary").click()
    await visitor.phone("p043").get_by_role("button", name="Put this telephone away").click()
    await expect(visitor.phone("p043")).to_have_count(0)


async def test_who_blocks_the_bot_is_passed_over_at_once_and_can_come_back(
    visitor: Visitor,
) -> None:
    reference = await visitor.send()
    dsp = visitor.phone(DSP)
    await expect(visitor.messages(DSP).last).to_contain_text(reference)
    await dsp.locator("details.more summary").click()
    await dsp.get_by_role("button", name="Block the bot").click()
    await expect(visitor.messages(DEPUTY).last).to_contain_text(reference)
    await expect(visitor.messages(COORDINATOR).last).to_contain_text("Aisha Mthembu")
    await expect(dsp.locator("form.write")).to_be_hidden()
    await dsp.locator("button.starting").click()
    await expect(dsp.locator("form.write")).to_be_visible()
    await visitor.nothing_is_lost()

    # Our bot edits rather than deletes; a telephone knows both.
    number = int(await visitor.messages(DSP).first.get_attribute("data-key") or "0")
    given = {"chat_id": 7_700_900_021, "message_id": number}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{visitor.url}bot{TOKEN}/deleteMessage", json=given) as answer,
    ):
        assert (await answer.json())["ok"] is True
    await expect(visitor.phone(DSP).locator(f'li[data-key="{number}"]')).to_have_count(0)
