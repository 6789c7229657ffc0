// Telephones side by side: whose they are, and what happens on them.

import { el, keyed, options, put } from "./dom.js";
import { say } from "./words.js";
import { Phone } from "./phone.js";

const MOST = 8;

export class Phones {
  /** `before`: the telephones of this page in its other language; they go on as they are. */
  constructor(section, shown, choose, before) {
    this.shown = [...shown];
    this.choose = choose;
    this.phones = before?.phones ?? new Map();
    this.row = before?.row ?? el("div", { class: "phones" });
    this.more = el("select", { id: "more-phones" });
    this.add = el("button", { type: "button", id: "add-phone", onclick: () => this.lay() },
      say("demo.add_phone"));
    this.full = el("p", { class: "quiet", role: "status" });
    section.append(
      this.row,
      el("div", { class: "row adding" },
        el("label", { for: "more-phones" }, say("demo.more_phones")), this.more, this.add),
      this.full);
    for (const [id, phone] of this.phones) phone.reword(() => this.putAway(id));
    this.tellFull();
  }

  lay() {
    this.shown = [...this.shown, this.more.value];
    this.tellFull();
    this.choose([...this.shown]);
  }

  putAway(id) {
    this.shown = this.shown.filter((other) => other !== id);
    this.phones.delete(id);
    this.order();
    this.tellFull();
    this.choose([...this.shown]);
  }

  tellFull() {
    this.add.disabled = this.shown.length >= MOST;
    put(this.full, this.add.disabled ? say("demo.most_phones") : "");
  }

  /** Who can be chosen; an unread message somewhere else shows here. */
  choices(people) {
    options(this.more, people.filter(({ id }) => !this.shown.includes(id)), (person) => person.id,
      (person) => person.unread
        ? say("demo.person_unread", { person: person.about, count: person.unread }) : person.about);
  }

  show(face) {
    if (!this.shown.includes(face.id)) return;
    let phone = this.phones.get(face.id);
    if (!phone) {
      phone = new Phone(face, () => this.putAway(face.id));
      this.phones.set(face.id, phone);
      this.order();
    }
    phone.show(face);
  }

  order() {
    const there = this.shown.filter((id) => this.phones.has(id));
    keyed(this.row, there, (id) => id, (id) => this.phones.get(id).element, () => {});
  }
}
