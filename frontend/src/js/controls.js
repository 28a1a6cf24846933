// Small comforts of forms and menus: send once, count characters, name the files picked, copy, close what is open.
import { say } from "./page.js";

sendOnce();
countCharacters(document);
closeMenus();
openDialogs();
showErrors();
showCurrentTab();

function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "get" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    // Disabled after the browser has read the form: a disabled button would not send its own value.
    setTimeout(() => {
      const button = event.submitter ?? form.querySelector("[type=submit]");
      button?.setAttribute("aria-busy", "true");
      button?.setAttribute("aria-disabled", "true");
    });
    // Sent by htmx, or kept by a download: the page stays, and so must the form.
    setTimeout(() => release(form), 8000);
  });
  document.addEventListener("htmx:after:request", (event) => {
    const form = event.target.closest?.("form");
    if (form) release(form);
  });
  // Coming back by the browser's button shows the page as it was left, buttons included.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) release(form);
  });
}

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) {
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  }
}

function countCharacters(root) {
  for (const counter of root.querySelectorAll("[data-counter]")) {
    const field = document.getElementById(counter.dataset.counter);
    if (!field) continue;
    const most = Number(counter.dataset.most);
    const show = () => {
      const left = most - [...field.value].length;
      counter.hidden = left > most * 0.25;
      counter.classList.toggle("is-over", left < 0);
      counter.textContent = (left < 0 ? counter.dataset.over : counter.dataset.left).replace("{n}", Math.abs(left));
    };
    field.addEventListener("input", show);
    field.addEventListener("change", show);
    show();
  }
}

function closeMenus() {
  const close = (menu, focus) => {
    menu.open = false;
    if (focus) menu.querySelector("summary")?.focus();
  };
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) close(menu, false);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) close(menu, menu.contains(document.activeElement));
  });
}

function openDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
  });
}

function showErrors() {
  document.querySelector("[data-focus]")?.focus();
}

/** On a phone the tabs run off the edge: the one where we are must not be out there. */
function showCurrentTab() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const bar = tab.closest(".tabs");
    const [here, frame] = [tab.getBoundingClientRect(), bar.getBoundingClientRect()];
    bar.scrollLeft += here.left + here.width / 2 - frame.left - frame.width / 2;
  }
}

customElements.define(
  "copy-field",
  class extends HTMLElement {
    connectedCallback() {
      const button = this.querySelector("button");
      const field = this.querySelector("input");
      field.addEventListener("focus", () => field.select());
      button?.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(field.value);
        } catch {
          // Without a secure address there is no clipboard: selected, it is one key away.
          field.select();
          return;
        }
        const label = button.querySelector("span");
        const before = label.textContent;
        label.textContent = button.dataset.done;
        setTimeout(() => (label.textContent = before), 2500);
      });
    }
  },
);

customElements.define(
  "picked-files",
  class extends HTMLElement {
    connectedCallback() {
      const field = this.querySelector("input[type=file]");
      const list = this.querySelector("ul");
      field?.addEventListener("change", () => {
        list.replaceChildren(
          ...[...field.files].map((file) => {
            const item = document.createElement("li");
            item.textContent = `${file.name} – ${size(file.size)}`;
            return item;
          }),
        );
      });
    }
  },
);

customElements.define(
  "theme-switch",
  class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("change", (event) => {
        const theme = event.target.value;
        if (theme === "auto") delete document.documentElement.dataset.theme;
        else document.documentElement.dataset.theme = theme;
        const safe = location.protocol === "https:" ? "; secure" : "";
        document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${safe}`;
      });
    }
  },
);

function size(bytes) {
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  if (bytes < 1e6) return `${number.format(Math.max(1, Math.round(bytes / 1e3)))} ${say("kb")}`;
  return `${number.format(bytes / 1e6)} ${say("mb")}`;
}
