"""From pressing *send* on the demo's page to the message on a telephone of the same page."""

import statistics

from benchmarks.figures import Figure, quantile, spread
from bot.demo.page.server import open_page
from bot.demo.stage import stage
from tests.browser.visitor import DSP, Visitor, chromium

_SEND = """
async (family) => {
  const form = document.querySelector("#police form.written");
  form.given_name.value = "Synthetic";
  form.family_name.value = family;
  form.school.value = "Kingsway Primary School";
  const chat = document.querySelector('.phone[data-phone="%s"] .chat ol');
  const before = chat.children.length;
  const came = new Promise((done) => {
    const watch = new MutationObserver(() => {
      if (chat.children.length > before) { watch.disconnect(); done(); }
    });
    watch.observe(chat, { childList: true });
  });
  const pressed = performance.now();
  form.querySelector("#send-written").click();
  await came;
  return performance.now() - pressed;
}
"""
_RAW = """
async () => {
  const begun = performance.now();
  const given = { method: "POST", headers: { "Content-Type": "application/json" },
                  body: JSON.stringify({ do: "read", phone: "%s" }) };
  await (await fetch("/demo/do", given)).json();
  await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}
"""
_BETWEEN_MS = 1200
"""A chat gets one message a second; the figure is of the page, not of that limit."""


async def first_on_the_page(presses: int) -> Figure:
    took, raw = [], []
    async with (
        stage() as scene,
        open_page(scene) as demo,
        chromium() as browser,
        Visitor.at(browser, demo.url) as visitor,
    ):
        await visitor.send()  # the first one warms caches and pools
        for number in range(presses):
            await visitor.page.wait_for_timeout(_BETWEEN_MS)
            took.append(await visitor.page.evaluate(_SEND % DSP, f"Pupil-{number}") / 1000)
            raw.append(await visitor.page.evaluate(_RAW % DSP) / 1000)
    p95 = quantile(took, 0.95)
    return Figure(
        "*send* pressed → message on the page's telephone",
        f"median {statistics.median(took) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, "
        f"max {max(took) * 1000:.0f} ms",
        f"one empty request and one frame in the same page: {spread(raw)}",
        statistics.median(took) / statistics.median(raw),
        "median 1 s",
    )
