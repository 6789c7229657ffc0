// Alerts as they stand, and the line of time of the chosen one, as it happens.

import { el, keyed, put } from "./dom.js";
import { say } from "./words.js";

export class Line {
  constructor(section, choose) {
    this.choose = choose;
    this.list = el("ul", { class: "alerts", "aria-label": say("demo.alerts") });
    this.none = el("p", { class: "quiet" }, say("demo.alerts_none"));
    this.heading = el("h3", {});
    this.events = el("ol");
    this.lines = el("div", { class: "lines", role: "log", tabindex: "0" }, this.events);
    section.append(
      el("div", { class: "line" },
        el("div", {}, el("h3", {}, say("demo.alerts")), this.list, this.none),
        el("div", {}, this.heading, this.lines)),
    );
  }

  alerts(alerts) {
    this.none.hidden = alerts.length > 0;
    this.list.hidden = alerts.length === 0;
    keyed(this.list, alerts, (alert) => alert.key, (alert) => this.entry(alert), (item, alert) => {
      const button = item.firstElementChild;
      button.setAttribute("aria-pressed", String(alert.chosen));
      const [reference, where, state] = button.children;
      put(reference, alert.reference);
      put(where, `${alert.where}, ${alert.leg}`);
      put(state, alert.says);
      state.className = `state ${alert.state}${alert.late ? " late" : ""}`;
    });
  }

  entry(alert) {
    return el("li", {}, el("button", { type: "button", onclick: () => this.choose(alert.key) },
      el("b"), el("span", { class: "where" }), el("span")));
  }

  show({ reference, where, lines }) {
    put(this.heading, reference ? say("demo.line_of", { reference, where }) : "");
    this.lines.setAttribute("aria-label", this.heading.textContent || say("demo.line"));
    this.lines.hidden = lines.length === 0;
    const atEnd = this.lines.scrollTop + this.lines.clientHeight >= this.lines.scrollHeight - 8;
    keyed(this.events, lines.map((line, index) => ({ ...line, index })), (line) => line.index,
      () => el("li", {}, el("time"), el("span")), (item, line) => {
        item.className = line.kind;
        put(item.children[0], line.at);
        put(item.children[1], line.text);
      });
    if (atEnd) this.lines.scrollTop = this.lines.scrollHeight;
  }
}
