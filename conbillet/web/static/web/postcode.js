// Fills in the town of a Danish postcode: <input data-postcode="id_city"> asks /postcode/8000.json for {"town": "…"}.
// Without an id the town is the next field with data-town after it, or the form's field with autocomplete="address-level2".
// What somebody typed is never overwritten. Listens on the document, so fields that come later are helped too.
const filled = new WeakMap();

const townOf = (input) => {
  const named = document.getElementById(input.dataset.postcode);
  if (named) return named;
  // Several addresses in one form: the field beside the postcode comes first.
  return input.closest(".row")?.querySelector("[data-town]") ?? input.form?.querySelector('[autocomplete~="address-level2"]');
};

document.addEventListener("input", async (event) => {
  const input = event.target;
  if (!input.matches?.("[data-postcode]")) return;
  const town = townOf(input);
  const country = input.closest("fieldset")?.querySelector("[data-country]") ?? input.form?.querySelector('[autocomplete~="country"]');
  const code = input.value.trim();
  if (!town || !/^\d{4}$/.test(code) || (country && country.value !== "DK")) return;
  if (town.value && town.value !== filled.get(town)) return;
  try {
    const response = await fetch(`/postcode/${code}.json`, { headers: { Accept: "application/json" } });
    if (!response.ok || input.value.trim() !== code) return;
    town.value = (await response.json()).town ?? "";
    filled.set(town, town.value);
  } catch {
    // No network: people type the town themselves.
  }
});
