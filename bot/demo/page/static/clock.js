// The clock: the time in force, how it runs, the next bells, and what is due next and for whom.

import { el, keyed, put } from "./dom.js";
import { say } from "./words.js";
import { attempt } from "./wire.js";

const SPEEDS = [[0, "demo.speed_still"], [1, "demo.speed_natural"], [60, "demo.speed_lapse"]];

export class Clock {
  constructor(section) {
    this.clock = el("p", { class: "time", role: "timer", "aria-live": "off" });
    this.day = el("p", { class: "day" });
    this.speeds = SPEEDS.map(([speed, name]) =>
      el("button", {
        type: "button", "data-speed": speed, "aria-pressed": "false",
        onclick: () => attempt(null, "speed", { speed }),
      }, say(name)));
    this.step = el("button", { type: "button", id: "step", onclick: () => attempt(this.step, "step") },
      say("demo.step"));
    this.bells = el("ul", { class: "bells" });
    this.due = el("ol", { class: "due" });
    this.none = el("p", { class: "quiet" }, say("demo.due_none"));
    section.append(
      this.clock, this.day,
      el("div", { class: "row", role: "group", "aria-label": say("demo.speed") }, this.speeds),
      this.step,
      el("h3", {}, say("demo.bells")), this.bells,
      el("h3", {}, say("demo.due")), this.due, this.none,
    );
  }

  time({ clock, day, speed }) {
    put(this.clock, clock);
    put(this.day, day);
    for (const button of this.speeds) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === speed));
    }
  }

  next({ bells, due }) {
    keyed(this.bells, bells, (bell) => bell.where, () => el("li"), (item, bell) =>
      put(item, say("demo.bell", bell)));
    keyed(this.due, due, (step) => `${step.reference}/${step.leg}`, () => el("li"),
      (item, step) => {
        put(item, say(step.where ? "demo.due_at" : "demo.due_at_desk", step));
      });
    this.none.hidden = due.length > 0;
  }
}
