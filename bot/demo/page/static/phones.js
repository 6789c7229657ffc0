// Telephones side by side: whose they are, and what happens on them.

import { el, keyed, options } from "./dom.js";
import { say } from "./words.js";
import { Phone } from "./phone.js";

const MOST = 8;

export class Phones {
  constructor(section, shown, choose) {
    this.shown = [...shown];
    this.choose = choose;
    this.people = [];
    this.phones = new Map();
    this.row = el("div", { class: "phones" });
    this.more = el("select", { id: "more-phones" });
    this.add = el("button", { type: "button", id: "add-phone", onclick: () => this.lay() },
      say("demo.add_phone"));
    section.append(
      this.row,
      el("div", { class: "row adding" },
        el("label", { for: "more-phones" }, say("demo.more_phones")), this.more, this.add));
  }

  lay() {
    this.shown = [...this.shown.filter((id) => id !== this.more.value), this.more.value].slice(-MOST);
    this.choose([...this.shown]);
    this.phones.get(this.more.value)?.element.scrollIntoView({ block: "nearest" });
  }

  putAway(id) {
    this.shown = this.shown.filter((other) => other !== id);
    this.phones.delete(id);
    this.order();
    this.choose([...this.shown]);
  }

  /** Who can be chosen; an unread message somewhere else shows here. */
  choices(people) {
    this.people = people;
    options(this.more, people.filter(({ id }) => !this.shown.includes(id)), (person) => person.id,
      (person) => person.unread
        ? say("demo.person_unread", { person: person.about, count: person.unread }) : person.about);
  }

  show(face) {
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
