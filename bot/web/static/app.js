// The Mini App: signs in with what Telegram signed, then shows the same pages as a link does.
// It stays on its first page, the only one that Telegram's web client may frame.
const main = () => document.getElementById("main");

async function go(path, form) {
  const options = form ? { method: "POST", body: new URLSearchParams(form) } : {};
  main().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(path, { ...options, cache: "no-store" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.getElementById("main");
    if (next) {
      document.documentElement.lang = page.documentElement.lang;
      main().replaceWith(document.adoptNode(next));
      next.focus();
      window.scrollTo(0, 0);
      document.dispatchEvent(new Event("shown"));
    }
  } finally {
    main().removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="/"]');
  if (!link) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  go(form.getAttribute("action"), new FormData(form));
});

document.addEventListener("idle", () => go("/ended"));

function begin() {
  const alert = new URLSearchParams(location.search).get("alert") || "";
  const signed = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData");
  // What was signed names its holder: it does not stay in the address.
  history.replaceState(null, "", location.pathname + location.search);
  if (signed) {
    go("/app/enter", { init_data: signed, alert });
  } else {
    go(`/alert/${/^\d+$/.test(alert) ? alert : 0}`);
  }
}

begin();
