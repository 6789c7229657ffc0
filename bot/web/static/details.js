// What the page does better with a script than without: it copies the entry, gives way when idle,
// and asks now and then whether it may still be shown.

const IDLE = 15 * 60 * 1000;
const LOOK = 5 * 1000;
const ALERT = /\/alert\/\d+$/;
let idle;
let look;

function ready(address) {
  clearTimeout(idle);
  clearInterval(look);
  idle = setTimeout(() => document.dispatchEvent(new Event("idle")), IDLE);
  const path = new URL(address).pathname;
  if (ALERT.test(path)) look = setInterval(() => stands(path), LOOK);
  const copy = document.getElementById("copy");
  if (!copy || !navigator.clipboard) return;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const entry = document.getElementById("entry");
    try {
      await navigator.clipboard.writeText(entry.value);
      copy.textContent = copy.dataset.done;
    } catch {
      entry.focus();
      entry.select();
    }
  });
}

// Sealed, withdrawn, excluded, left: what is shown goes, without anybody touching the page.
async function stands(path) {
  let response;
  try {
    response = await fetch(`${path}/stands`, { cache: "no-store" });
  } catch {
    return;
  }
  if (response.status !== 401 && response.status !== 404) return;
  clearInterval(look);
  document.dispatchEvent(new CustomEvent("sealed", { detail: path }));
}

const framed = () => location.pathname === "/app";
document.addEventListener("shown", (event) => ready(event.detail));
document.addEventListener("idle", () => framed() || location.replace("/ended"));
document.addEventListener("sealed", (event) => framed() || location.replace(event.detail));
// A page that a browser kept for "back" is asked for anew: it may be nobody's now.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

ready(location.href);
