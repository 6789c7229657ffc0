"""The clock, the line of time and trouble on demand, on the demo's page."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.visitor import ACKNOWLEDGE, COORDINATOR, DEPUTY, DSP, NURSE, OPEN, Visitor


async def test_silence_climbs_step_by_step_and_the_line_of_time_tells_it(visitor: Visitor) -> None:
    page = visitor.page
    clock, line = page.locator("#clock .time"), page.locator("#line .lines")
    await expect(page.locator("#clock .bells li").first).to_contain_text("08:30")
    await expect(page.locator("#clock .due li")).to_have_count(0)

    reference = await visitor.send()
    await visitor.chooses(reference, "school")
    for happened in ("Received from South Force", "The school was found by its name", "Raised",
                     "Step 1", "Sent to Aisha Mthembu"):  # fmt: skip
        await expect(line).to_contain_text(happened)
    await expect(page.locator("#clock .due li").first).to_contain_text("Jacob Kaur")

    await visitor.step()
    await expect(visitor.messages(DEPUTY).last).to_contain_text(reference)
    await expect(line).to_contain_text("Step 2, deputy designated safeguarding person: Jacob Kaur")
    await expect(page.locator('#clock [data-speed="0"]')).to_have_attribute("aria-pressed", "true")

    # Who presses while time stands still is answered; the line says who did what.
    await visitor.press(DEPUTY, OPEN)
    await expect(line).to_contain_text("Jacob Kaur opened the details.")
    await visitor.press(DEPUTY, ACKNOWLEDGE)
    await expect(line).to_contain_text("Jacob Kaur acknowledged.")
    await visitor.chooses(reference, "nurse")
    await expect(line).to_contain_text("Sent to Maryam Llewellyn")
    await expect(line).not_to_contain_text("Jacob Kaur")

    # In time lapse an hour takes a minute; the view that was opened hides itself in a second.
    await expect(visitor.button(DEPUTY, "h:")).to_be_visible()
    await page.locator('#clock [data-speed="60"]').click()
    await expect(visitor.button(DEPUTY, "h:")).to_have_count(0)
    await page.locator('#clock [data-speed="0"]').click()
    stood = await clock.text_content()
    await visitor.send()
    await expect(visitor.button(DSP, OPEN)).to_be_visible()
    assert (await clock.text_content() or "")[:5] == (stood or "")[:5]
    await visitor.nothing_is_lost()


@pytest.mark.parametrize("kind", ["down", "flood"])
async def test_nothing_is_lost_when_telegram_fails(visitor: Visitor, kind: str) -> None:
    first = await visitor.send()
    await expect(visitor.messages(DSP).last).to_contain_text(first)
    await visitor.toggles(kind)
    second = await visitor.send()
    await expect(visitor.figure("waiting")).not_to_have_text("0")
    await expect(visitor.figure("accepted")).to_have_text("2")
    await expect(visitor.phone(DSP).locator(".chat")).not_to_contain_text(second)
    await visitor.button(DSP, ACKNOWLEDGE).click()
    await visitor.toggles(kind)
    await visitor.page.locator('#clock [data-speed="60"]').click()
    for person in (DSP, NURSE):
        await expect(visitor.phone(person).locator(".chat")).to_contain_text(second)
    await expect(visitor.page.locator("#line .alerts .acknowledged")).to_have_count(1)
    await visitor.nothing_is_lost()


async def test_nothing_is_lost_when_the_service_is_killed(visitor: Visitor) -> None:
    page, said = visitor.page, visitor.page.locator("#police .said")
    reference = await visitor.send()
    await expect(visitor.messages(DSP).last).to_contain_text(reference)
    service = page.locator("#service")
    await service.click()
    await expect(service).to_have_text("Start the service again")

    # A press waits at Telegram; of a notice that nobody answered nobody says that it was accepted.
    await visitor.button(DSP, ACKNOWLEDGE).click()
    await expect(visitor.button(DSP, ACKNOWLEDGE)).to_have_attribute("aria-busy", "true")
    await page.locator("#police form.written [name=family_name]").fill("Pupil-unheard")
    await page.locator("#police form.written #send-written").click()
    await expect(said).to_contain_text("nobody knows whether it was accepted")

    await service.click()
    await expect(service).to_have_text("Kill the service")
    await expect(visitor.button(DSP, ACKNOWLEDGE)).to_have_count(0)
    await expect(page.locator("#line .alerts .acknowledged")).to_have_count(1)
    await expect(visitor.figure("accepted")).to_have_text("1")
    await expect(visitor.messages(COORDINATOR)).to_have_count(1)
    await page.locator("#police form.written #send-written").click()
    await expect(said).to_contain_text("202: accepted")
    await expect(visitor.figure("accepted")).to_have_text("2")
    await visitor.nothing_is_lost()


_DO = """
async (deeds) => {
  const answers = deeds.map((given) => fetch("/demo/do", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given),
  }).then((response) => response.json()));
  return Promise.all(answers);
}
"""
_WRITTEN = {"do": "send_written", "given_name": "Synthetic", "school": "Kingsway Primary School"}


async def test_a_step_at_once_behind_a_notice_stops_at_that_notices_own_next_step(
    visitor: Visitor,
) -> None:
    page = visitor.page
    await page.locator('#clock [data-speed="0"]').click()
    await page.evaluate(_DO, [{**_WRITTEN, "family_name": "Pupil-A"}, {"do": "step"}])
    await expect(page.locator("#clock .time")).to_have_text(re.compile("^08:00:"))
    await expect(visitor.messages(DEPUTY).last).to_contain_text("ENC-")

    # What two people write at once are two notices.
    two = [{**_WRITTEN, "family_name": name} for name in ("Pupil-B", "Pupil-C")]
    told = [answer["body"] for answer in await page.evaluate(_DO, two)]
    assert len({body["reference"] for body in told}) == 2
    assert all("version" not in body for body in told)

    # At the ladders' ends both legs remind the same people: each has its own line, none stays.
    for _ in range(12):
        await visitor.step()
    await expect(page.locator("#clock .due li")).to_have_count(5)
    times = await page.locator("#clock .due li").all_text_contents()
    assert len(set(times)) == 5


async def test_a_drill_is_marked_on_the_page_and_counted_in_no_figure(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.write(COORDINATOR, "/drill 9992007")
    await expect(visitor.button(COORDINATOR, "d:")).to_be_visible()
    await visitor.phone(COORDINATOR).locator(".chat button", has_text="Start").first.click()
    await visitor.phone(COORDINATOR).locator(".window button").click()
    await expect(visitor.messages(DSP).last).to_contain_text("please open this and acknowledge")
    await expect(page.locator("#line .alerts .state").first).to_contain_text("drill 1: open")
    await expect(visitor.figure("accepted")).to_have_text("0")
    await visitor.press(DSP, OPEN)
    await expect(visitor.messages(DSP).last).to_contain_text("This is a drill")
