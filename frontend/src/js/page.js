// What the page tells its scripts: words in the reader's language, the token of its forms, an announcer for screen readers.

const words = readJson(document.body.dataset.words, {});

export function say(name, values = {}) {
  return (words[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

export function readJson(text, otherwise) {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}

export async function fetchHtml(address, options = {}) {
  const answer = await fetch(address, {
    ...options,
    headers: { Accept: "text/html", "X-Fragment": "1", ...options.headers },
    credentials: "same-origin",
  });
  // A session that ended answers with the sign-in page: its whole page must not land inside this one.
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status} ${address}`);
  return { html: await answer.text(), headers: answer.headers };
}

export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

const announcer = document.createElement("div");
announcer.className = "visually-hidden";
announcer.setAttribute("role", "status");
document.body.append(announcer);

const QUIET = 5000;
let lastSaid = 0;
let waiting;

/** Tells screen readers, at most every five seconds: the last sentence wins. */
export function announce(sentence) {
  clearTimeout(waiting);
  const wait = Math.max(100, lastSaid + QUIET - Date.now());
  waiting = setTimeout(() => {
    lastSaid = Date.now();
    announcer.textContent = "";
    announcer.textContent = sentence;
  }, wait);
}
