// Renews the marked part of the page, and says so when no answer comes any more.
"use strict";

const part = document.querySelector("[data-refresh]");
const stale = document.querySelector("[data-stale]");
const every = 1000 * part.dataset.every;
let answered = new Date();

function show(html) {
  const focused = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
  part.innerHTML = html;
  if (focused) {
    const again = part.querySelector(`a[href="${CSS.escape(focused)}"]`);
    if (again) again.focus({ preventScroll: true });
  }
}

async function renew() {
  try {
    const answer = await fetch(part.dataset.refresh, {
      headers: { Accept: "text/html" },
      signal: AbortSignal.timeout(every),
    });
    if (answer.redirected) return location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    show(await answer.text());
    answered = new Date();
    stale.hidden = true;
  } catch {
    stale.querySelector("[data-stale-since]").textContent = answered.toLocaleTimeString();
    stale.hidden = false;
  }
}

setInterval(() => document.hidden || renew(), every);
document.addEventListener("visibilitychange", () => document.hidden || renew());
