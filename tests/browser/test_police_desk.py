"""The police desk on the demo's page sends what a force sends, and says what became of it."""

from playwright.async_api import expect

from tests.browser.visitor import COORDINATOR, DESK, DSP, OPEN, Visitor


async def test_a_notice_is_written_corrected_added_to_and_withdrawn(visitor: Visitor) -> None:
    page = visitor.page
    said = page.locator("#police .said")
    reference = await visitor.send()
    await expect(said).to_contain_text("202")
    await expect(visitor.messages(DSP).last).to_contain_text(reference)

    await page.locator("#police .later summary").click()
    await expect(page.locator("#c-school")).to_have_value("Kingsway Primary School")
    await page.locator("#c-year").fill("4")
    await visitor.told(page.locator("#correct button"))
    await expect(said).to_contain_text(f"{reference} is now version 2")
    await visitor.told(page.locator("#add button"))
    await expect(said).to_contain_text(f"{reference} is now version 3")
    await visitor.press(DSP, OPEN)
    await expect(visitor.phone(DSP).locator(".chat")).to_contain_text("in custody")

    await visitor.told(page.locator("#withdraw button"))
    await expect(said).to_contain_text(f"{reference} is withdrawn")
    await expect(visitor.phone(DSP).locator(".chat")).not_to_contain_text("in custody")
    await expect(visitor.button(DSP, OPEN)).to_have_count(0)

    # What cannot be taken is refused with its fault, and nothing of it is kept.
    form = page.locator("#police form.written")
    await form.locator("[name=given_name]").fill("Synthetic")
    await form.locator("[name=date_of_birth]").fill("2040-01-01")
    await form.locator("#send-written").click()
    await expect(said).to_contain_text("422")
    await expect(said).to_contain_text("date_of_birth")
    await expect(visitor.figure("accepted")).to_have_text("1")
    visitor.faults.clear()  # the browser reports a refusal on its console, as it should


async def test_mondays_file_reaches_every_school_and_asks_where_nobody_can_be_sure(
    visitor: Visitor,
) -> None:
    await visitor.lay_out(DESK)
    await visitor.page.locator("#send-file").click()
    await expect(visitor.page.locator("#police .said")).to_contain_text(
        "25 notices taken in, 0 known already"
    )
    await expect(visitor.figure("accepted")).to_have_text("25")
    await expect(visitor.messages(DSP).nth(2)).to_be_visible()
    await expect(visitor.button(DESK, OPEN)).to_be_visible()
    await visitor.nothing_is_lost()

    # A person at the MASH desk says which school, and the alert goes out.
    await visitor.press(DESK, OPEN)
    choice = visitor.button(DESK, "t:")
    await expect(choice).to_be_visible()
    await visitor.page.locator("#send-file").click()
    await expect(visitor.page.locator("#police .said")).to_contain_text("25 known already")
    await expect(visitor.messages(COORDINATOR)).to_have_count(1)
