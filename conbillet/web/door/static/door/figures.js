/* How many are in. Messages of the live endpoint say that something changed; the figures are then fetched, at most every
   two seconds, however busy the doors are. Without the live endpoint they are fetched every fifteen seconds. */

const AT_MOST_EVERY = 2000; // milliseconds
const WITHOUT_LIVE = 15000;

export function keepFigures(area) {
  const source = new EventSource(area.dataset.live);
  let listening = false;
  let waiting = null;
  let last = 0;

  const refetch = async () => {
    waiting = null;
    last = Date.now();
    try {
      const answer = await fetch(area.dataset.figures, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) show(area, await answer.json());
    } catch {
      // The next message, or the next round, tries again.
    }
  };
  const soon = () => {
    waiting ??= setTimeout(refetch, Math.max(0, last + AT_MOST_EVERY - Date.now()));
  };

  source.addEventListener("open", () => { listening = true; });
  source.addEventListener("error", () => { listening = false; });
  source.addEventListener("changed", soon);
  setInterval(() => { if (!listening && !document.hidden) soon(); }, WITHOUT_LIVE);
  addEventListener("pagehide", () => source.close());
  return soon;
}

function show(area, figures) {
  for (const place of document.querySelectorAll("[data-field]")) {
    const value = figures[place.dataset.field];
    if (value !== undefined) place.textContent = String(value);
  }
  const bar = area.querySelector("progress");
  bar.max = Math.max(1, figures.tickets);
  bar.value = figures.inside;
}
