// Six steps for somebody who has never heard of Operation Encompass. It blocks nothing.

import { el } from "./dom.js";
import { say } from "./words.js";
import { attempt } from "./wire.js";

const STEPS = [
  { at: "police", name: "duty", deed: "send" },
  { at: "phones", name: "signal" },
  { at: "phones", name: "open", button: "o:" },
  { at: "phones", name: "acknowledge", button: "a:" },
  { at: "clock", name: "silence", deed: "step" },
  { at: "trouble", name: "trouble", deed: "kill" },
];
const OVER = STEPS.length;

export class Tour {
  constructor(section, at, keep, { send }) {
    this.section = section;
    this.keep = keep;
    this.deeds = {
      send,
      step: async () => { await send(); await attempt(document.getElementById("step"), "step"); },
      kill: () => document.getElementById("service").click(),
    };
    this.show(at);
  }

  begin() {
    this.show(0);
    this.section.querySelector("h2").focus();
    this.section.scrollIntoView({ block: "nearest" });
  }

  show(at) {
    this.keep(at);
    document.querySelector(".lit")?.classList.remove("lit");
    this.section.hidden = at >= OVER;
    if (at >= OVER) return;
    const step = STEPS[at];
    document.getElementById(step.at).classList.add("lit");
    const go = (to) => {
      this.show(to);
      this.section.querySelector("h2")?.focus();
    };
    this.section.replaceChildren(
      el("p", { class: "count" }, say("demo.tour_count", { at: at + 1, of: OVER })),
      el("h2", { id: "tour-title", tabindex: "-1" }, say(`demo.tour_${step.name}`)),
      el("p", {}, say(`demo.tour_${step.name}_text`)),
      el("div", { class: "row" },
        (step.deed || step.button) && el("button", { type: "button", class: "main", id: "tour-do",
          onclick: () => this.doIt(step) }, say(`demo.tour_${step.name}_do`)),
        at > 0 && el("button", { type: "button", onclick: () => go(at - 1) }, say("demo.tour_back")),
        el("button", { type: "button", id: "tour-next", onclick: () => go(at + 1) },
          say(at + 1 < OVER ? "demo.tour_next" : "demo.tour_end")),
        at + 1 < OVER && el("button", { type: "button", class: "plain", id: "tour-skip",
          onclick: () => this.show(OVER) }, say("demo.tour_skip"))),
    );
  }

  /** Does what the step is about, with the same buttons that a person would press. */
  async doIt(step) {
    if (step.deed) return this.deeds[step.deed]();
    const buttons = document.querySelectorAll(`#phones .phone button[data-data^="${step.button}"]`);
    return buttons[0]?.click();
  }
}
