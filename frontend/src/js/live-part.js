// <live-part>: a piece of page that fetches itself again when something it shows has changed, and morphs in place.
import htmx from "htmx.org";

import { fetchHtml } from "./page.js";

const TOGETHER = 150;

export class LivePart extends HTMLElement {
  #timer;
  #asked = 0;

  connectedCallback() {
    document.addEventListener("maillage:nudge", this.#listen);
  }

  disconnectedCallback() {
    document.removeEventListener("maillage:nudge", this.#listen);
    clearTimeout(this.#timer);
  }

  #listen = ({ detail: nudge }) => {
    // What has not appeared yet is said in person only: to its author, and to whoever decides.
    const space = this.dataset.space || null;
    if (nudge.space != null && nudge.space !== space) return;
    const kinds = (this.dataset.on ?? "").split(" ").filter(Boolean);
    if (kinds.length && !kinds.includes(nudge.kind)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), TOGETHER);
  };

  async #refresh() {
    const turn = ++this.#asked;
    try {
      const { html } = await fetchHtml(this.dataset.src);
      // Answers may arrive in another order than questions: only the last one is shown.
      if (turn !== this.#asked || !this.isConnected) return;
      await htmx.swap({ target: this, text: html, swap: "innerMorph", sourceElement: this });
    } catch {
      // Shown as it was; the next nudge, or the next page, tells the truth.
    }
  }
}
