// While a package is being made: shows how far it is, and the page anew when it is ready. Without script one looks again.
const area = document.querySelector("[data-waiting]");

if (area) {
  let pause = 1500;
  const look = async () => {
    try {
      const response = await fetch(area.dataset.waiting, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const { state, progress } = await response.json();
      if (state === "ready" || (state === "failed") !== (area.dataset.state === "failed")) location.reload();
      else area.querySelector("progress").value = progress;
    } catch {
      // No network just now: the next look may have more luck.
    }
  };
  const again = async () => {
    await look();
    pause = Math.min(pause * 1.4, 20000);
    setTimeout(again, pause);
  };
  setTimeout(again, pause);
  const source = new EventSource(area.dataset.liveAt);
  source.addEventListener("changed", look);
  addEventListener("pagehide", () => source.close());
}
