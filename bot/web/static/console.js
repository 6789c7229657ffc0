// What the console does better with a script than without: Today moves by itself, and a page whose
// session is over, or whose reader's role is another now, gives way.

const IDLE = 15 * 60 * 1000;
let idle;

function ready() {
  clearTimeout(idle);
  idle = setTimeout(over, IDLE);
  for (const one of document.querySelectorAll(".with-script")) one.hidden = false;
  for (const one of document.querySelectorAll(".without-script")) one.hidden = true;
}

const framed = () => location.pathname === "/app";

function over() {
  if (!framed()) location.replace("/ended");
}

// The part that moves was refused: whatever this page is now, it is asked for anew.
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status !== 401 && status !== 404) return;
  if (framed()) document.dispatchEvent(new Event("idle"));
  else location.reload();
});

// Put into the Mini App's own page: htmx has not seen it yet.
document.addEventListener("shown", () => {
  const ours = document.getElementById("main").classList.contains("console");
  for (const sheet of document.querySelectorAll('link[rel="stylesheet"]')) {
    sheet.disabled = sheet.href.endsWith("/console.css") !== ours;
  }
  window.htmx.process(document.getElementById("main"));
  ready();
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

ready();
