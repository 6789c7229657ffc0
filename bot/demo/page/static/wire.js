// To and from the server: what is seen comes as events, what is done is posted.

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
  const response = await fetch("/demo/do", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ do: verb, ...given }),
  });
  const came = await response.json();
  if (!response.ok) throw new Error(came.error);
  return came;
}
