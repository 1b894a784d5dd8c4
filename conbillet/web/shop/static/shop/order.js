// Back from Stripe: listens for the news that the order is paid, asks now and then in case the news got lost, and shows
// the page anew when the state has changed. After a while it says so (`?late`), and the house asks Stripe by itself.
const area = document.querySelector("[data-waiting]");

if (area) {
  let pause = 1500;
  const look = async () => {
    try {
      const late = performance.now() > 6000 ? "?late=1" : "";
      const response = await fetch(area.dataset.waiting + late, { headers: { Accept: "application/json" } });
      if (response.ok && (await response.json()).state !== area.dataset.state) location.replace(location.pathname);
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
