// Plus and minus beside a number field. The field stays the truth; without this script it is used as it is.
for (const stepper of document.querySelectorAll("[data-stepper]")) {
  const input = stepper.querySelector("input");
  const buttons = stepper.querySelectorAll("[data-step]");
  if (input.disabled) continue;
  const low = Number(input.min || 0);
  const high = Number(input.max || 99);

  const show = () => {
    const value = Number(input.value) || 0;
    for (const button of buttons) button.disabled = Number(button.dataset.step) < 0 ? value <= low : value >= high;
    stepper.closest(".price-row")?.classList.toggle("chosen", value > 0);
  };
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const value = (Number(input.value) || 0) + Number(button.dataset.step);
      input.value = String(Math.min(high, Math.max(low, value)));
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.select());
  show();
}
