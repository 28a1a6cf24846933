// Everything here is a comfort: each page works by its links and forms before this file arrives, and without it.
import "htmx.org";

import "./controls.js";
import "./drafts.js";
import "./markdown.js";
import { startLive } from "./live.js";

document.documentElement.classList.add("has-script");

// One place gives the token to whatever htmx sends: no page repeats it.
document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]")?.content ?? "";
});

startLive();
