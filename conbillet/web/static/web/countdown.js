// Counts down to the <time datetime> in [data-countdown]. Screen readers hear it at five minutes, one minute and the end.
// On the page's own clock difference: the deadline is also checked by the server, this is only the display.
for (const bar of document.querySelectorAll("[data-countdown]")) {
  const time = bar.querySelector("time");
  const status = bar.querySelector("[role=status]");
  let said = Infinity;

  const tick = () => {
    // Read each time: the cart's own script moves the deadline when the places are kept longer.
    const deadline = Date.parse(time.dateTime);
    const left = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    time.textContent = text;
    bar.classList.toggle("soon", left <= 300);
    for (const mark of [300, 60, 0]) {
      if (left <= mark && said > mark) {
        said = mark;
        if (status) status.textContent = mark ? `${text} ${time.dataset.left ?? ""}` : time.dataset.ends ?? "";
      }
    }
    if (left === 0) {
      clearInterval(timer);
      if (time.dataset.ends) time.parentElement.textContent = time.dataset.ends;
      bar.dispatchEvent(new CustomEvent("countdown-end", { bubbles: true }));
    }
  };
  const timer = setInterval(tick, 1000);
  const before = time.previousSibling;
  if (before && bar.dataset.lead) before.textContent = `${bar.dataset.lead} `;
  tick();
}
