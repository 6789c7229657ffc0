// One telephone: a small chat that behaves as the real one does.

import { el, keyed, put } from "./dom.js";
import { fill, say } from "./words.js";
import { attempt } from "./wire.js";

const TOAST_MS = 4000;

export class Phone {
  constructor({ id, name, words }, putAway) {
    this.id = id;
    this.words = words;
    const titleId = `phone-${id}`;
    this.role = el("span", { class: "role" });
    this.badge = el("span", { class: "badge", hidden: true });
    this.list = el("ol");
    this.log = el("div", { class: "chat", role: "log", tabindex: "0" }, this.list);
    this.toast = el("p", { class: "toast", role: "status" });
    this.commands = el("ul", { class: "commands", hidden: true });
    this.menu = el("button", { type: "button", class: "menu", "aria-expanded": "false",
      onclick: () => this.openMenu(this.commands.hidden) });
    this.text = el("input", { type: "text", autocomplete: "off", maxlength: 4096 });
    this.sending = el("button", { class: "send" }, "➤");
    this.writing = el("form", { class: "write" }, this.menu, this.text, this.sending);
    this.writing.onsubmit = (event) => {
      event.preventDefault();
      if (this.text.value.trim()) this.say(this.text.value);
      this.text.value = "";
    };
    this.starting = el("button", { type: "button", class: "starting", hidden: true,
      onclick: () => attempt(this.starting, "start", { phone: id }) });
    this.blocking = el("button", { type: "button", onclick: () => this.block() });
    this.more = el("summary", {}, "⋮");
    this.away = el("button", { type: "button" });
    this.element = el("article", { class: "phone", "aria-labelledby": titleId, "data-phone": id },
      el("header", {},
        el("span", { class: "face", "aria-hidden": "true" }, initials(name)),
        el("div", { class: "who" }, el("h3", { id: titleId }, name), this.role),
        this.badge,
        el("details", { class: "more" }, this.more,
          el("div", {}, this.blocking, this.away))),
      el("div", { class: "screen" }, this.log, this.toast, this.commands),
      this.writing, this.starting);
    this.name = name;
    this.reword(putAway);
    // A chat that stands at its end stays there, whatever grows or shrinks.
    this.atEnd = true;
    this.log.addEventListener("scroll", () => {
      this.atEnd = this.log.scrollTop + this.log.clientHeight >= this.log.scrollHeight - 24;
    });
    const watch = new ResizeObserver(() => this.toEnd());
    watch.observe(this.log);
    watch.observe(this.list);
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.closeMenus();
    });
    // Whoever touches a telephone has looked at it.
    for (const event of ["pointerdown", "focusin"]) {
      this.element.addEventListener(event, () => this.look());
    }
  }

  /** What the page itself says about a telephone, in the page's language. */
  reword(putAway) {
    this.more.setAttribute("aria-label", say("demo.phone_menu", { name: this.name }));
    this.away.lang = document.documentElement.lang;
    put(this.away, say("demo.put_away"));
    this.away.onclick = putAway;
    requestAnimationFrame(() => {  // laid elsewhere a chat begins at its top
      this.atEnd = true;
      this.toEnd();
    });
  }

  show(face) {
    const newest = this.list.lastElementChild?.dataset.key;
    this.face = face;
    this.words = face.words;
    this.element.lang = face.language;
    put(this.role, face.role);
    this.log.setAttribute("aria-label", this.sayHere("phone.messages_of", { name: face.name }));
    this.text.setAttribute("aria-label", this.sayHere("phone.write"));
    this.text.placeholder = this.sayHere("phone.write");
    this.sending.setAttribute("aria-label", this.sayHere("phone.send"));
    this.menu.setAttribute("aria-label", this.sayHere("phone.menu"));
    put(this.menu, "/");
    put(this.blocking, face.blocked ? this.sayHere("phone.unblock") : this.sayHere("phone.block"));
    put(this.badge, String(face.unread));
    this.badge.setAttribute("aria-label", this.sayHere("phone.unread", { count: face.unread }));
    this.badge.setAttribute("role", "img");
    this.badge.hidden = face.unread === 0;
    this.writing.hidden = face.blocked || !face.started;
    this.starting.hidden = !this.writing.hidden;
    if (this.writing.hidden) this.openMenu(false);
    put(this.starting, face.blocked ? this.sayHere("phone.unblock") : this.sayHere("phone.start"));
    this.element.classList.toggle("blocked", face.blocked);
    keyed(this.commands, face.commands, ({ command }) => command, (command) => this.command(command),
      (item, { command, description }) => put(item.firstElementChild, `/${command}  ${description}`));
    keyed(this.list, face.messages, ({ id }) => id, (message) => this.bubble(message),
      (item, message) => this.word(item, message));
    if (newest !== this.list.lastElementChild?.dataset.key) this.atEnd = true;
    this.toEnd();
  }

  toEnd() {
    if (this.atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  bubble(message) {
    return el("li", { class: message.mine ? "mine" : "theirs" },
      el("p", { class: "text" }), el("p", { class: "at" }), el("div", { class: "buttons" }));
  }

  word(item, message) {
    const [text, at, buttons] = item.children;
    if (text.textContent && text.textContent !== message.text) flash(item);
    put(text, message.text);
    const marks = [
      message.unread && "●",
      message.silent && this.sayHere("phone.silent"),
      message.edited ? this.sayHere("phone.edited", { at: message.edited }) : message.at,
    ];
    put(at, marks.filter(Boolean).join(" "));
    item.classList.toggle("unread", message.unread);
    const flat = message.buttons.flatMap((row, index) => row.map((button) => ({ ...button, index })));
    keyed(buttons, flat, (button) => `${button.data ?? leadsTo(button)}|${button.text}`,
      (button) => this.button(button, message.id), (made, button) => put(made, button.text));
  }

  button({ data, ...address }, message) {
    const href = leadsTo(address);
    if (href) return el("a", { href, rel: "noopener noreferrer", target: "_blank" });
    const button = el("button", { type: "button", "data-data": data });
    button.onclick = () => this.press(button, message, data);
    return button;
  }

  /** The button turns until the bot has answered, as Telegram's does. */
  async press(button, message, data) {
    if (button.getAttribute("aria-busy")) return;
    const { text, alert } = await attempt(button, "press", { phone: this.id, message, data });
    if (text && alert) this.alert(text);
    else if (text) this.pop(text);
  }

  pop(text) {
    put(this.toast, text);
    clearTimeout(this.popped);
    this.popped = setTimeout(() => put(this.toast, ""), TOAST_MS);
  }

  alert(text) {
    const close = el("button", { type: "button" }, this.sayHere("phone.ok"));
    const window = el("div", { class: "window", role: "alertdialog", "aria-label": text },
      el("p", {}, text), close);
    close.onclick = () => { window.remove(); this.text.focus(); };
    this.element.append(window);
    close.focus();
  }

  command() {
    const button = el("button", { type: "button" });
    button.onclick = () => {
      this.openMenu(false);
      this.say(button.textContent.split(/\s/)[0]);
      this.text.focus();
    };
    return el("li", {}, button);
  }

  openMenu(open) {
    this.commands.hidden = !open;
    this.menu.setAttribute("aria-expanded", String(open));
    if (open) this.commands.querySelector("button")?.focus();
  }

  /** A sentence in the holder's language. */
  sayHere(name, values) {
    return fill(this.words[name], values);
  }

  closeMenus() {
    this.openMenu(false);
    this.element.querySelector("details.more").open = false;
    this.element.querySelector(".window button")?.click();
  }

  say(text) {
    return attempt(null, "say", { phone: this.id, text });
  }

  async block() {
    this.element.querySelector("details.more").open = false;
    await attempt(null, this.face.blocked ? "unblock" : "block", { phone: this.id });
  }

  look() {
    if (this.face?.unread) attempt(null, "read", { phone: this.id });
  }
}

/** Where a button leads instead of pressing it: to a page, or to a Mini App. */
function leadsTo({ url, web_app: app }) {
  return url ?? app;
}

function initials(name) {
  const words = name.split(" ");
  return (words[0][0] + words.at(-1)[0]).toUpperCase();
}

function flash(item) {
  item.classList.remove("changed");
  requestAnimationFrame(() => item.classList.add("changed"));
}
