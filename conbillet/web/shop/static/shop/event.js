// Adds up what is chosen while one chooses. Only a hint: the cart computes the prices, and member prices with them.
const form = document.querySelector("[data-shop]");
const sum = form?.querySelector("[data-sum]");
if (sum) {
  const money = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en-DK" : "da-DK", { style: "currency", currency: "DKK" });
  const hint = form.querySelector("[data-hint]");
  const kroner = (text) => {
    const plain = text.trim().replace(/\s/g, "").replace(/\.(?=\d{3}(\D|$))/g, "").replace(",", ".");
    return Number(plain) || 0;
  };
  const show = () => {
    let amount = 0;
    let chosen = false;
    for (const row of form.querySelectorAll("[data-price]")) {
      for (const input of row.querySelectorAll("input")) {
        const number = "gift" in input.dataset ? kroner(input.value) * 100 : Math.max(0, Math.trunc(Number(input.value) || 0)) * Number(row.dataset.price);
        amount += number;
        chosen ||= "gift" in input.dataset ? number > 0 : Number(input.value) > 0;
      }
    }
    sum.querySelector("[data-amount]").textContent = money.format(amount / 100);
    sum.hidden = !chosen;
    hint.hidden = chosen;
    sum.closest(".buy-bar").classList.toggle("chosen", chosen);
  };
  // The answer to a form: a reload, or coming back, shows the event and sends nothing.
  const page = location.pathname.replace(/(cart|checkout)\/$/, "");
  if (page !== location.pathname) history.replaceState(null, "", page + location.hash);
  form.addEventListener("input", show);
  addEventListener("pageshow", show);
  show();
}
