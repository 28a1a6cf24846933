// Drafts kept in the browser while one writes, given back after an accident, and a word before leaving what is unsaved.
import { readJson, say } from "./page.js";

const PREFIX = "maillage-draft:";
const OLDEST = 14 * 24 * 3600 * 1000;
const PAUSE = 600;

clearSent();
forgetOld();
for (const form of document.querySelectorAll("form[data-autosave]")) keep(form);
for (const form of document.querySelectorAll("form[data-dirty]")) warn(form);

function clearSent() {
  for (const key of (document.body.dataset.clearDrafts ?? "").split(/\s+/).filter(Boolean)) store("removeItem", PREFIX + key);
}

function forgetOld() {
  try {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      if (Date.now() - (readJson(localStorage.getItem(key), {}).at ?? 0) > OLDEST) localStorage.removeItem(key);
    }
  } catch {
    // A browser that refuses storage simply keeps no draft.
  }
}

function keep(form) {
  const key = PREFIX + form.dataset.autosave;
  const served = JSON.stringify(values(form));
  const saved = readJson(store("getItem", key), null);
  // After an error the server gives back what was typed, and that is fresher than the draft.
  const afterError = form.querySelector("[aria-invalid], .error-summary");
  if (saved?.values && JSON.stringify(saved.values) !== served && !afterError) restore(form, key, saved.values);
  let timer;
  const save = () => {
    const now = values(form);
    if (JSON.stringify(now) === served) store("removeItem", key);
    else store("setItem", key, JSON.stringify({ at: Date.now(), values: now }));
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", save);
  // A phone kills a hidden page without a word: what was typed in the last half-second counts too.
  window.addEventListener("pagehide", () => timer && save());
}

function restore(form, key, saved) {
  const before = values(form);
  fill(form, saved);
  const notice = document.createElement("div");
  notice.className = "alert alert-news";
  notice.setAttribute("role", "status");
  const sentence = document.createElement("p");
  sentence.className = "alert-body";
  sentence.textContent = say("draft");
  const restart = document.createElement("button");
  restart.type = "button";
  restart.className = "button button-small";
  restart.textContent = say("restart");
  restart.addEventListener("click", () => {
    fill(form, before);
    store("removeItem", key);
    notice.remove();
    form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  });
  notice.append(sentence, restart);
  form.prepend(notice);
}

function warn(form) {
  let clean = JSON.stringify(values(form));
  const hold = (event) => {
    if (JSON.stringify(values(form)) === clean) return;
    event.preventDefault();
    // Browsers show their own sentence; this one speaks to the oldest.
    event.returnValue = say("leave");
  };
  window.addEventListener("beforeunload", hold);
  form.addEventListener("submit", () => window.removeEventListener("beforeunload", hold));
  // A draft given back is not saved yet, but it is kept: no need to hold anyone.
  if (form.dataset.autosave) form.addEventListener("input", () => setTimeout(() => (clean = JSON.stringify(values(form))), PAUSE + 100));
}

function values(form) {
  const found = {};
  for (const field of fields(form)) {
    if (field.type === "checkbox" || field.type === "radio") {
      (found[field.name] ??= []).push(...(field.checked ? [field.value] : []));
    } else if (field instanceof HTMLSelectElement && field.multiple) {
      found[field.name] = [...field.selectedOptions].map((option) => option.value);
    } else {
      (found[field.name] ??= []).push(field.value);
    }
  }
  return found;
}

function fill(form, saved) {
  const turn = {};
  for (const field of fields(form)) {
    const list = saved[field.name];
    if (!list) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = list.includes(field.value);
    else if (field instanceof HTMLSelectElement && field.multiple) {
      for (const option of field.options) option.selected = list.includes(option.value);
    } else {
      const place = (turn[field.name] = (turn[field.name] ?? -1) + 1);
      if (place in list) field.value = list[place];
    }
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function fields(form) {
  const never = ["file", "password", "hidden", "submit", "button"];
  return [...form.elements].filter((field) => field.name && field.name !== "csrf_token" && !never.includes(field.type));
}

function store(verb, ...rest) {
  try {
    return localStorage[verb](...rest);
  } catch {
    return null;
  }
}
