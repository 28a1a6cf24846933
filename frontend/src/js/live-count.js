// <live-count>: the number of unread notifications, the same in every tab and in the title.
import { fetchHtml, readJson } from "./page.js";

const channel = "BroadcastChannel" in window ? new BroadcastChannel("maillage-unread") : null;
const TOGETHER = 400;
let timer;

export class LiveCount extends HTMLElement {
  connectedCallback() {
    channel?.addEventListener("message", this.#hear);
    document.addEventListener("maillage:unread", this.#hear);
    // Only the one that knows an address asks; the others listen to it.
    if (this.dataset.src) document.addEventListener("maillage:nudge", this.#listen);
  }

  disconnectedCallback() {
    channel?.removeEventListener("message", this.#hear);
    document.removeEventListener("maillage:unread", this.#hear);
    document.removeEventListener("maillage:nudge", this.#listen);
  }

  #hear = (event) => this.#show(Number(event.data ?? event.detail) || 0);

  #listen = ({ detail: nudge }) => {
    if (nudge.space != null) return;
    clearTimeout(timer);
    timer = setTimeout(() => this.#ask(), TOGETHER);
  };

  async #ask() {
    try {
      const { html } = await fetchHtml(this.dataset.src);
      // The address may answer a bare number, JSON {"unread": 3} or a fragment with data-number.
      const found = html.match(/data-number[^>]*>\s*(\d+)/) ?? html.match(/"(?:unread|count)"\s*:\s*(\d+)/);
      const number = found ? Number(found[1]) : Number(readJson(html, Number.parseInt(html.replace(/<[^>]*>/g, ""), 10)));
      if (!Number.isFinite(number)) return;
      document.dispatchEvent(new CustomEvent("maillage:unread", { detail: number }));
      channel?.postMessage(number);
    } catch {
      // The number is a courtesy: it will be right at the next page.
    }
  }

  #show(number) {
    const badge = this.querySelector(".count");
    if (badge) {
      badge.hidden = number === 0;
      const text = badge.querySelector("[data-number]") ?? badge;
      text.textContent = number > 99 ? "99+" : String(number);
    }
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = number ? `(${number}) ${title}` : title;
  }
}
