// The live channel: one socket for the page, what each space has said so far, and the parts that refresh themselves.
import { io } from "socket.io-client";

import { LiveCount } from "./live-count.js";
import { LiveFeed } from "./live-feed.js";
import { LivePart } from "./live-part.js";
import { readJson, say } from "./page.js";

// A nudge may be lost on the way (the broker keeps nothing): asking again from the last one known catches it up.
const ASK_AGAIN = 30_000;
const OFFLINE_AFTER = 5_000;

/**
 * What is known of each space; the person's own channel has no space and goes by the key "".
 * `shown` is the sequence the page was drawn at; `complete`, the one up to which the server said everything;
 * `heard`, what came since. A nudge may overtake a lost one, so the highest heard proves nothing of those before it.
 */
const spaces = new Map();

export function startLive() {
  customElements.define("live-feed", LiveFeed);
  customElements.define("live-part", LivePart);
  customElements.define("live-count", LiveCount);
  const followed = readJson(document.body.dataset.live, null);
  if (!followed) return;
  for (const { space, seq } of followed) know(space ?? "", Number(seq) || 0);
  const socket = io({ transports: ["websocket"], reconnectionDelayMax: 10_000 });
  const subscribeAll = () => {
    for (const space of spaces.keys()) subscribe(socket, space);
  };
  socket.on("connect", subscribeAll);
  socket.on("nudge", receive);
  setInterval(() => socket.connected && subscribeAll(), ASK_AGAIN);
  // A phone that slept has missed its beats: ask at once rather than at the next turn.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (socket.connected) subscribeAll();
    else if (socket.active) socket.connect();
  });
  showWhenOffline(socket);
}

function subscribe(socket, space) {
  const { complete } = spaces.get(space);
  socket.timeout(10_000).emit("subscribe", { space: space || null, after: complete }, (late, answer) => {
    const state = spaces.get(space);
    if (late || !answer || !state) return;
    // Someone who was taken out of the space: asking again would be refused again.
    if (answer.ok === false) spaces.delete(space);
    else state.complete = Math.max(state.complete, Number(answer.seq) || 0);
  });
}

function receive(nudge) {
  const state = spaces.get(nudge.space ?? "") ?? know(nudge.space ?? "", nudge.seq - 1);
  if (nudge.seq <= state.shown || state.heard.has(nudge.seq)) return;
  state.heard.add(nudge.seq);
  document.dispatchEvent(new CustomEvent("maillage:nudge", { detail: nudge }));
}

function know(space, seq) {
  const state = { shown: seq, complete: seq, heard: new Set() };
  spaces.set(space, state);
  return state;
}

function showWhenOffline(socket) {
  let timer;
  const banner = document.createElement("p");
  banner.className = "offline";
  banner.setAttribute("role", "status");
  const lost = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      banner.textContent = say("offline");
      document.body.append(banner);
    }, OFFLINE_AFTER);
  };
  const back = () => {
    clearTimeout(timer);
    timer = undefined;
    banner.remove();
  };
  socket.on("disconnect", (reason) => reason !== "io client disconnect" && lost());
  socket.on("connect_error", lostOnce);
  socket.on("connect", back);
  window.addEventListener("pagehide", back);

  function lostOnce() {
    // Retries fail every few seconds: the first failure starts the clock, the next ones must not restart it.
    if (!timer && !banner.isConnected) lost();
  }
}
