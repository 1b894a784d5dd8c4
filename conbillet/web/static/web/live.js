// Live figures: <div data-live="https://…/live/…" data-live-refetch="/…/figures.json"> listens for server-sent events.
// Messages carry ids only. On each (and on every connection) the figures are fetched again and put into the children
// [data-field="sold"]; an event "live" bubbles from the element, for hx-trigger="live from:#…".
for (const area of document.querySelectorAll("[data-live]")) {
  let waiting = false;

  const refetch = async () => {
    area.dispatchEvent(new CustomEvent("live", { bubbles: true }));
    if (!area.dataset.liveRefetch || waiting) return;
    waiting = true;
    try {
      const response = await fetch(area.dataset.liveRefetch, { headers: { Accept: "application/json" } });
      if (response.ok) {
        const figures = await response.json();
        for (const place of area.querySelectorAll("[data-field]")) {
          const value = figures[place.dataset.field];
          if (value !== undefined) place.textContent = String(value);
        }
      }
    } catch {
      // The next message, or the next connection, tries again.
    }
    // At most two fetches a second, however busy the door is.
    setTimeout(() => { waiting = false; }, 500);
  };

  const source = new EventSource(area.dataset.live, { withCredentials: area.dataset.liveCredentials === "yes" });
  source.addEventListener("open", () => area.setAttribute("data-connected", ""));
  source.addEventListener("error", () => area.removeAttribute("data-connected"));
  source.addEventListener("open", refetch);
  source.addEventListener("changed", refetch);
  addEventListener("pagehide", () => source.close());
}
