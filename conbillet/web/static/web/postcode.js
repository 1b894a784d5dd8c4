// Fills in the town of a Danish postcode: <input data-postcode="id_city"> asks /postcode/8000.json for {"town": "…"}.
// Without an id the town is the form's field with autocomplete="address-level2". What somebody typed is never overwritten.
for (const input of document.querySelectorAll("[data-postcode]")) {
  const near = (what) => input.form?.querySelector(`[autocomplete~="${what}"]`);
  const town = document.getElementById(input.dataset.postcode) ?? near("address-level2");
  const country = near("country");
  let filled = "";

  input.addEventListener("input", async () => {
    const code = input.value.trim();
    if (!town || !/^\d{4}$/.test(code) || (country && country.value !== "DK")) return;
    if (town.value && town.value !== filled) return;
    try {
      const response = await fetch(`/postcode/${code}.json`, { headers: { Accept: "application/json" } });
      if (!response.ok || input.value.trim() !== code) return;
      const answer = await response.json();
      filled = town.value = answer.town ?? "";
    } catch {
      // No network: people type the town themselves.
    }
  });
}
