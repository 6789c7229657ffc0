// The Mini App: signs in with what Telegram signed, then shows the same pages as a link does.
// It stays on its first page, the only one that Telegram's web client may frame.

const ACCEPT = { Accept: "text/html" };
const main = () => document.getElementById("main");
let busy = false;

// A page of ours in the place of the one that is shown; whatever else comes, it is said that it
// did not work, since somebody may believe that they have answered.
async function go(path, form) {
  if (busy) return null;
  busy = true;
  trouble(null);
  main().setAttribute("aria-busy", "true");
  try {
    const post = form ? { method: "POST", body: new URLSearchParams(form) } : {};
    const response = await fetch(path, { ...post, headers: ACCEPT, cache: "no-store" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.getElementById("main");
    if (!next || response.status >= 500) throw new Error("failed");
    document.documentElement.lang = page.documentElement.lang;
    document.title = page.title;
    main().replaceWith(document.adoptNode(next));
    next.focus();
    window.scrollTo(0, 0);
    document.dispatchEvent(new CustomEvent("shown", { detail: response.url }));
    return response;
  } catch {
    trouble("failed");
    return null;
  } finally {
    busy = false;
    main().removeAttribute("aria-busy");
  }
}

function trouble(name) {
  for (const box of document.querySelectorAll(".trouble")) box.hidden = box.id !== name;
  if (name) document.getElementById(name).scrollIntoView();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="/"]');
  if (!link) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  if (event.target.method === "get") {
    go(`${event.target.getAttribute("action")}?${new URLSearchParams(form)}`);
    return;
  }
  if (event.submitter?.name) form.set(event.submitter.name, event.submitter.value);
  go(event.target.getAttribute("action"), form);
});

document.addEventListener("idle", () => go("/ended"));
document.addEventListener("sealed", (event) => go(event.detail));

async function begin() {
  const asked = new URLSearchParams(location.search);
  const alert = asked.get("alert") || "";
  const to = asked.get("to") || "";
  const signed = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData");
  // What was signed names its holder: it does not stay in the address.
  history.replaceState(null, "", location.pathname + location.search);
  if (!signed) {
    go(to === "console" ? "/console" : `/alert/${/^\d+$/.test(alert) ? alert : 0}`);
    return;
  }
  const response = await go("/app/enter", { init_data: signed, alert, to });
  // Let in, and unknown at the next request: the browser did not keep the cookie.
  if (response && response.redirected && response.status === 401) trouble("not_kept");
}

begin();
