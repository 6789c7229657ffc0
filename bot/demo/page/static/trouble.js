// Trouble on demand, and whether anything is lost by it.

import { el, options, put } from "./dom.js";
import { say } from "./words.js";
import { attempt } from "./wire.js";

const KINDS = [["down", "demo.trouble_down"], ["slow", "demo.trouble_slow"],
               ["flood", "demo.trouble_flood"]];
const FIGURES = ["accepted", "sent", "waiting", "refused", "broken"];

export class Trouble {
  constructor(section) {
    this.kinds = KINDS.map(([kind, name]) => {
      const button = el("button", { type: "button", "data-kind": kind, "aria-pressed": "false" },
        say(name));
      button.onclick = () =>
        attempt(button, "trouble", { kind, on: button.getAttribute("aria-pressed") === "false" });
      return button;
    });
    this.service = el("button", { type: "button", id: "service", "aria-pressed": "false" },
      say("demo.kill"));
    this.service.onclick = () => this.killOrStart();
    this.whom = el("select", { id: "block-whom" });
    this.block = el("button", { type: "button", onclick: () =>
      attempt(this.block, this.isBlocked() ? "unblock" : "block", { phone: this.whom.value }) });
    this.whom.onchange = () => this.wordBlock();
    this.blocked = new Set();
    this.figures = Object.fromEntries(FIGURES.map((name) => [name, el("dd", { "data-figure": name })]));
    section.append(
      el("p", { class: "quiet" }, say("demo.trouble_lead")),
      el("div", { class: "stack" }, this.kinds, this.service),
      el("label", { for: "block-whom" }, say("demo.block_whom")),
      el("div", { class: "row" }, this.whom, this.block),
      el("h3", {}, say("demo.lost")),
      el("dl", { class: "figures" }, FIGURES.map((name) =>
        el("div", {}, el("dt", {}, say(`demo.figure_${name}`)), this.figures[name]))),
    );
    this.wordBlock();
  }

  isBlocked() {
    return this.blocked.has(this.whom.value);
  }

  wordBlock() {
    put(this.block, say(this.isBlocked() ? "demo.unblock" : "demo.block"));
  }

  killOrStart() {
    const on = this.service.getAttribute("aria-pressed") === "true";
    return attempt(this.service, "service", { on });
  }

  choices(people) {
    const enrolled = people.filter((person) => person.enrolled);
    options(this.whom, enrolled, (person) => person.id, (person) => person.about);
    this.blocked = new Set(people.filter((person) => person.blocked).map((person) => person.id));
    this.wordBlock();
  }

  show(trouble) {
    for (const button of this.kinds) {
      button.setAttribute("aria-pressed", String(trouble.on.includes(button.dataset.kind)));
    }
    this.service.setAttribute("aria-pressed", String(!trouble.up));
    put(this.service, say(trouble.up ? "demo.kill" : "demo.restart"));
    for (const name of FIGURES) put(this.figures[name], String(trouble[name]));
    this.figures.broken.parentElement.classList.toggle("bad", trouble.broken > 0);
    document.body.classList.toggle("service-down", !trouble.up);
  }
}
