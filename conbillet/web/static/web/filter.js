// <input type="search" data-filter="table-id">: hides the rows that do not contain what is typed; counts into
// [data-filter-count="table-id"]. For short lists that are on the page already; long ones search on the server.
for (const input of document.querySelectorAll("[data-filter]")) {
  const rows = [...document.querySelectorAll(`#${CSS.escape(input.dataset.filter)} tbody tr`)];
  const counter = document.querySelector(`[data-filter-count="${CSS.escape(input.dataset.filter)}"]`);
  const texts = rows.map((row) => row.textContent.toLowerCase());

  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every((word) => texts[index].includes(word));
      if (!row.hidden) shown += 1;
    });
    if (counter) counter.textContent = String(shown);
  };
  input.addEventListener("input", apply);
  if (input.value) apply();
}
