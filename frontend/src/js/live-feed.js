// <live-feed>: says quietly that there is something new, and puts it on top when asked.
import htmx from "htmx.org";

import { announce, fetchHtml } from "./page.js";

export class LiveFeed extends HTMLElement {
  #heard = new Set();
  #pill;

  connectedCallback() {
    this.#pill = document.createElement("button");
    this.#pill.type = "button";
    this.#pill.className = "news-pill";
    this.#pill.hidden = true;
    this.#pill.addEventListener("click", () => this.#show());
    this.prepend(this.#pill);
    document.addEventListener("maillage:nudge", this.#listen);
  }

  disconnectedCallback() {
    document.removeEventListener("maillage:nudge", this.#listen);
    this.#pill.remove();
  }

  #listen = ({ detail: nudge }) => {
    const spaces = (this.dataset.space ?? "").split(" ").filter(Boolean);
    const mine = spaces.length ? spaces.includes(nudge.space) : nudge.space != null;
    const kinds = (this.dataset.on ?? "").split(" ").filter(Boolean);
    if (!mine || (kinds.length ? !kinds.includes(nudge.kind) : !/\.published$/.test(nudge.kind))) return;
    this.#heard.add(nudge.event);
    const number = this.#heard.size;
    this.#pill.textContent = number === 1 ? this.dataset.one : this.dataset.many.replace("{n}", number);
    this.#pill.hidden = false;
    announce(this.#pill.textContent);
  };

  async #show() {
    this.#pill.setAttribute("aria-busy", "true");
    try {
      const { html, headers } = await fetchHtml(this.dataset.src);
      this.#insert(html);
      // The answer says where the next question starts, so that nothing comes twice.
      this.dataset.src = headers.get("X-Next") ?? advance(this.dataset.src, headers.get("X-Seq"));
      this.#heard.clear();
      this.#pill.hidden = true;
    } catch {
      // The server cannot be reached, or the session ended: the page itself will say which.
      location.reload();
    } finally {
      this.#pill.removeAttribute("aria-busy");
    }
  }

  #insert(html) {
    const feed = this.querySelector(".feed") ?? this;
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = [...template.content.children].filter((item) => !item.id || !document.getElementById(item.id));
    for (const item of fresh) item.classList.add("just-arrived");
    this.querySelector(".empty")?.remove();
    feed.prepend(...fresh);
    for (const item of fresh) htmx.process(item);
    const first = fresh[0];
    if (!first) return;
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "center" });
  }
}

function advance(address, seq) {
  if (!seq) return address;
  const url = new URL(address, location.href);
  url.searchParams.set("apres", seq);
  return url.pathname + url.search;
}
