// Rules that are being written: <form data-preview="/…/preview/"> asks what they would count and shows it in [data-found].
// The button "See what they would count" does the same without this script.
const form = document.querySelector("form[data-preview]");
const place = form?.querySelector("[data-found]");
let waiting;
let asked = 0;

const show = async () => {
  const mine = ++asked;
  try {
    const response = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (!response.ok || mine !== asked) return;
    const { text, reasons } = await response.json();
    if (!text) return;
    const lead = document.createElement("p");
    lead.className = "lead";
    lead.textContent = text;
    const list = document.createElement("ul");
    list.append(...reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })));
    place.replaceChildren(lead, list);
  } catch {
    // No network: the button asks the page itself.
  }
};

if (place) {
  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 300);
  });
}
