// The police desk: a synthetic notice or one's own, the Monday file, and what is said later.

import { el, options, put } from "./dom.js";
import { say } from "./words.js";
import { act } from "./wire.js";

export class Police {
  constructor(section, { samples, schools }) {
    this.said = el("p", { class: "said", role: "status" });
    this.sample = el("select", { id: "sample" });
    options(this.sample, samples, (sample) => sample.key, (sample) => sample.says);
    this.sample.value = (samples.find((sample) => !sample.sent) ?? samples[0]).key;
    this.sendButton = el("button", { type: "button", class: "main", id: "send",
      onclick: () => this.sendChosen() }, say("demo.send"));
    this.reference = el("select", { id: "sent" });
    this.written = this.form(schools);
    this.later = el("div", { class: "later", hidden: true });
    section.append(
      el("label", { for: "sample" }, say("demo.sample_label")),
      this.sample,
      el("div", { class: "row" }, this.sendButton,
        el("button", { type: "button", id: "send-file", onclick: () => this.sendFile() },
          say("demo.send_file"))),
      this.said,
      el("details", {}, el("summary", {}, say("demo.write_one")), this.written),
      this.later,
    );
    this.later.append(el("details", {}, el("summary", {}, say("demo.say_later")),
      el("label", { for: "sent" }, say("demo.sent_label")), this.reference, this.laterForms()));
    this.reference.onchange = () => this.fillCorrection();
  }

  sendChosen() {
    return this.tell(act("send_sample", { key: this.sample.value }), this.sendButton);
  }

  sendFile() {
    return this.tell(act("send_file"), document.getElementById("send-file"));
  }

  /** What was typed, for a form in another language. */
  typed() {
    return Object.fromEntries(new FormData(this.written));
  }

  retype(typed) {
    for (const [name, value] of Object.entries(typed)) {
      if (name === "urgent") this.written.elements.urgent.checked = true;
      else this.written.elements[name].value = value;
    }
    if (Object.values(typed).some(Boolean)) this.written.closest("details").open = true;
  }

  form(schools) {
    const field = (name, label, kind = "text", more = {}) => [
      el("label", { for: `w-${name}` }, say(label)),
      el("input", { id: `w-${name}`, name, type: kind, autocomplete: "off", ...more }),
    ];
    const form = el("form", { class: "written" },
      field("given_name", "demo.given_name", "text", { required: true }),
      field("family_name", "demo.family_name", "text", { required: true }),
      field("date_of_birth", "demo.date_of_birth", "date"),
      field("school", "demo.school", "text", { list: "schools" }),
      el("datalist", { id: "schools" }, schools.map((name) => el("option", { value: name }))),
      field("year_group", "demo.year_group", "number", { min: 0, max: 13 }),
      el("label", { for: "w-circumstances" }, say("demo.circumstances")),
      el("textarea", { id: "w-circumstances", name: "circumstances", rows: 3 }),
      el("label", { class: "check" },
        el("input", { type: "checkbox", name: "urgent" }), " ", say("demo.urgent")),
      el("button", { class: "main", id: "send-written" }, say("demo.send")));
    form.onsubmit = (event) => {
      event.preventDefault();
      this.tell(act("send_written", Object.fromEntries(new FormData(form))),
        form.querySelector("#send-written"));
    };
    return form;
  }

  laterForms() {
    const small = (name, label, fields, button, given) => {
      const press = el("button", {}, say(button));
      const form = el("form", { class: "small", id: name, "aria-label": say(label) },
        el("h3", {}, say(label)), fields, press);
      form.onsubmit = (event) => {
        event.preventDefault();
        const reference = this.reference.value;
        this.tell(act(name, { reference, ...given(new FormData(form)) }), press);
      };
      return form;
    };
    this.school = el("input", { id: "c-school", name: "school", list: "schools", autocomplete: "off" });
    this.year = el("input", { id: "c-year", name: "year", type: "number", min: 0, max: 13 });
    return [
      small("correct", "demo.correct", [
        el("label", { for: "c-school" }, say("demo.school")), this.school,
        el("label", { for: "c-year" }, say("demo.year_group")), this.year,
      ], "demo.correct_send", (data) => ({ school: data.get("school"), year: data.get("year") })),
      small("add", "demo.update", [
        el("label", { for: "u-text" }, say("demo.update_text")),
        el("input", { id: "u-text", name: "text", required: true, autocomplete: "off",
                      value: say("demo.update_example") }),
      ], "demo.update_send", (data) => ({ text: data.get("text") })),
      small("withdraw", "demo.withdraw", [
        el("label", { for: "w-reason" }, say("demo.withdraw_reason")),
        el("input", { id: "w-reason", name: "reason", required: true, autocomplete: "off",
                      value: say("demo.withdraw_example") }),
      ], "demo.withdraw_send", (data) => ({ reason: data.get("reason") })),
    ];
  }

  /** What can be corrected, added to or withdrawn; the next notice that was not sent is offered. */
  sent(notices) {
    this.notices = notices;
    const sent = new Set(notices.map((notice) => notice.sample));
    const unsent = [...this.sample.options].find(({ value }) => !sent.has(value));
    if (unsent && sent.has(this.sample.value)) this.sample.value = unsent.value;
    this.later.hidden = notices.length === 0;
    const before = this.reference.value;
    options(this.reference, notices, (notice) => notice.reference,
      (notice) => `${notice.reference}: ${notice.where}`);
    if (this.reference.value !== before) this.fillCorrection();
  }

  fillCorrection() {
    const notice = this.notices.find(({ reference }) => reference === this.reference.value);
    if (!notice) return;
    this.school.value = notice.child.school;
    this.year.value = notice.child.year;
  }

  async tell(answering, button) {
    button.setAttribute("aria-busy", "true");
    try {
      put(this.said, this.worded(await answering));
    } catch (error) {
      this.said.classList.add("refused");
      put(this.said, error.message);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  worded({ status, body }) {
    this.said.classList.toggle("refused", status === 0 || status >= 400);
    if (status === 0) return say("demo.not_heard");
    if (status >= 400) {
      const faults = (body.errors ?? []).map(({ path, detail }) => `${path} ${detail}`);
      return say("demo.refused", { status, why: [body.title, ...faults].filter(Boolean).join(" ") });
    }
    if (body.file) return say("demo.file_taken", body);
    if (body.state === "withdrawn") return say("demo.withdrawn", body);
    if (body.duplicate) return say("demo.known_already", { status, ...body });
    return body.version > 1
      ? say("demo.new_version", { status, ...body }) : say("demo.accepted", { status, ...body });
  }
}
