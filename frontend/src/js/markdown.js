// <markdown-field>: two tabs, write and preview, above a text area that remains the only truth.
import "@github/markdown-toolbar-element";

import { csrfToken, fetchHtml, say } from "./page.js";

customElements.define(
  "markdown-field",
  class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("click", (event) => {
        const tab = event.target.closest("[data-tab]");
        if (tab) this.#open(tab.dataset.tab);
      });
      this.addEventListener("keydown", (event) => {
        const tab = event.target.closest("[data-tab]");
        if (!tab || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
        const other = this.querySelector(`[data-tab]:not([data-tab="${tab.dataset.tab}"])`);
        this.#open(other.dataset.tab);
        other.focus();
      });
    }

    #open(name) {
      for (const tab of this.querySelectorAll("[data-tab]")) {
        const chosen = tab.dataset.tab === name;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
      }
      for (const panel of this.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
      const toolbar = this.querySelector("markdown-toolbar");
      if (toolbar) toolbar.hidden = name === "preview";
      if (name === "preview") this.#preview();
    }

    async #preview() {
      const panel = this.querySelector('[data-panel="preview"]');
      const text = this.querySelector("textarea").value;
      if (!text.trim()) {
        panel.textContent = say("previewEmpty");
        return;
      }
      panel.setAttribute("aria-busy", "true");
      try {
        const body = new URLSearchParams({ text });
        const { html } = await fetchHtml(this.dataset.preview, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
        panel.innerHTML = html;
      } catch {
        panel.textContent = say("previewFailed");
      }
      panel.removeAttribute("aria-busy");
    }
  },
);
