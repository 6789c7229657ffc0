// The page's sentences, from the product's one catalogue, in the chosen language.

let sentences = {};

export function take(words) {
  sentences = words;
}

/** The sentence of this name, its gaps filled. A missing one is a bug and shows as one. */
export function say(name, values = {}) {
  const sentence = sentences[name];
  if (sentence === undefined) throw new Error(`the catalogue has no ${name}`);
  return fill(sentence, values);
}

/** A sentence with its gaps filled. */
export function fill(sentence, values = {}) {
  return sentence.replace(/\{(\w+)\}/g, (_, gap) => values[gap]);
}

/** Words whatever stands in the page's own markup. */
export function wordMarkup() {
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = say(element.dataset.say);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
  }
}
