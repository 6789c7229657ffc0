// To and from the server: what is seen comes as events, what is done is posted.

import { say } from "./words.js";

let source = null;

/** Follow what this viewer sees; `hear(part, value)` for each part that is new or has changed. */
export function follow({ language, phones, alert }, hear, gone) {
  source?.close();
  const query = new URLSearchParams({ language, phones: phones.join(","), alert });
  source = new EventSource(`/demo/see?${query}`);
  source.onmessage = (event) => {
    gone(false);
    const { part, value } = JSON.parse(event.data);
    hear(part, value);
  };
  source.onerror = () => gone(true);
}

/** Do something; what came of it. Throws with a sentence if it cannot be done. */
export async function act(verb, given = {}) {
  let came;
  try {
    const response = await fetch("/demo/do", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ do: verb, ...given }),
    });
    came = await response.json();
  } catch {
    throw new Error(say("demo.gone"));
  }
  if (came.error) throw new Error(say("demo.failed", { why: came.error }));
  return came;
}

/** The same for a button: it turns meanwhile, and what goes wrong is said on the page. */
export async function attempt(button, verb, given = {}) {
  button?.setAttribute("aria-busy", "true");
  try {
    return await act(verb, given);
  } catch (error) {
    complain(error.message);
    return {};
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

const COMPLAINT_MS = 8000;
let complaining;

function complain(sentence) {
  const place = document.getElementById("complaint");
  place.textContent = sentence;
  place.hidden = false;
  clearTimeout(complaining);
  complaining = setTimeout(() => { place.hidden = true; }, COMPLAINT_MS);
}
