// What the page does better with a script than without: copies the entry, and gives way when idle.
const IDLE = 15 * 60 * 1000;
let idle;

function ready() {
  clearTimeout(idle);
  idle = setTimeout(() => document.dispatchEvent(new Event("idle")), IDLE);
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

document.addEventListener("shown", ready);
document.addEventListener("idle", () => {
  if (location.pathname !== "/app") location.replace("/ended");
});
// A page that a browser kept for "back" is asked for anew: it may be nobody's now.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

ready();
