// Elements, made and kept in step with what the server says.

/** An element with these attributes and children. `on…` are listeners, false leaves one out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== false));
  return made;
}

/** Sets a text only where it differs: what has the focus or is being read out is left alone. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Shows the items under `parent` in order: those of a known key are updated, not made anew, so
 *  that focus, scrolling and running presses survive. */
export function keyed(parent, items, keyOf, make, update) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let before = null;
  const used = new Map();
  for (const item of items) {
    const same = used.get(String(keyOf(item))) ?? 0;
    used.set(String(keyOf(item)), same + 1);
    const key = same ? `${keyOf(item)}#${same}` : String(keyOf(item));
    let child = known.get(key);
    if (child) known.delete(key);
    else {
      child = make(item);
      child.dataset.key = key;
    }
    update(child, item);
    const next = before ? before.nextElementSibling : parent.firstElementChild;
    if (next !== child) parent.insertBefore(child, next);
    before = child;
  }
  for (const child of known.values()) child.remove();
}

/** Fills a `select` and keeps what was chosen, if it is still there. */
export function options(select, items, valueOf, sayOf) {
  const said = JSON.stringify(items.map((item) => [valueOf(item), sayOf(item)]));
  if (select.dataset.said === said) return;
  const chosen = select.value;
  select.dataset.said = said;
  select.replaceChildren(...items.map((item) => el("option", { value: valueOf(item) }, sayOf(item))));
  if (items.some((item) => valueOf(item) === chosen)) select.value = chosen;
}
