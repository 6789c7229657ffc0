// The page: who looks at what, and each panel told of what concerns it.

import { el } from "./dom.js";
import { say, take, wordMarkup } from "./words.js";
import { follow } from "./wire.js";
import { Clock } from "./clock.js";
import { Line } from "./line.js";
import { Phones } from "./phones.js";
import { Police } from "./police.js";
import { Tour } from "./tour.js";
import { Trouble } from "./trouble.js";

const KEPT = "encompass-demo";
const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
const viewer = { language: kept.language ?? (navigator.language.startsWith("cy") ? "cy" : "en"),
                 phones: [], alert: "" };
let panels = null;

function keep(changes) {
  Object.assign(kept, changes);
  localStorage.setItem(KEPT, JSON.stringify(kept));
}

function look(changes = {}) {
  Object.assign(viewer, changes);
  const gone = document.getElementById("gone");
  follow(viewer, hear, (is) => { gone.hidden = !is; });
}

function hear(part, value) {
  if (part.startsWith("phone/")) panels.phones.show(value);
  else if (part === "people") panels.phones.choices(value), panels.trouble.choices(value);
  else if (part === "time") panels.clock.time(value);
  else if (part === "next") panels.clock.next(value);
  else if (part === "alerts") panels.line.alerts(value);
  else if (part === "line") panels.line.show(value);
  else if (part === "sent") panels.police.sent(value);
  else if (part === "trouble") panels.trouble.show(value);
}

async function begin(language) {
  const given = await (await fetch(`/demo/words/${language}`)).json();
  take(given.words);
  document.documentElement.lang = given.language;
  document.title = say("demo.title");
  wordMarkup();
  languages(given);
  if (!viewer.phones.length) viewer.phones = given.phones;
  const section = (id) => document.getElementById(id);
  const typed = panels?.police.typed() ?? {};
  for (const id of ["clock", "police", "trouble", "phones", "line"]) {
    section(id).replaceChildren(section(`${id}-title`));
  }
  panels = {
    clock: new Clock(section("clock")),
    police: new Police(section("police"), given),
    trouble: new Trouble(section("trouble")),
    phones: new Phones(section("phones"), viewer.phones, (phones) => look({ phones }),
      panels?.phones),
    line: new Line(section("line"), (alert) => look({ alert })),
  };
  const tour = new Tour(section("tour"), kept.tour ?? 0, (at) => keep({ tour: at }), {
    send: () => panels.police.sendChosen(),
  });
  panels.police.retype(typed);
  section("again").onclick = () => tour.begin();
  viewer.language = given.language;
  look();
}

function languages(given) {
  const names = { en: "English", cy: "Cymraeg" };
  document.getElementById("languages").replaceChildren(...given.languages.map((code) =>
    el("button", {
      type: "button", lang: code, "aria-pressed": String(code === given.language),
      onclick: () => { keep({ language: code }); begin(code); },
    }, names[code])));
}


await begin(viewer.language);
