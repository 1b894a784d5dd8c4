// How far something is: <section data-progress="/….json" data-state="sending"> fetches its figures every three seconds, puts
// them into [data-field] and into its <progress>, and shows the page anew when the state is another one.
for (const area of document.querySelectorAll("[data-progress]")) {
  const bar = area.querySelector("progress");
  const look = async () => {
    try {
      const response = await fetch(area.dataset.progress, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const figures = await response.json();
      if (figures.state !== area.dataset.state) {
        location.reload();
        return;
      }
      for (const place of area.querySelectorAll("[data-field]")) {
        const value = figures[place.dataset.field];
        if (value !== undefined) place.textContent = String(value);
      }
      if (bar && figures.total) {
        bar.max = figures.total;
        bar.value = figures.done;
      }
    } catch {
      // The next look tries again.
    }
    setTimeout(look, 3000);
  };
  setTimeout(look, 3000);
}
