// <button data-copy="text" data-done="Copied"> or data-copy-from="id": puts a text on the clipboard, and says so.
// A button that does nothing without this script waits hidden for it.
for (const button of document.querySelectorAll("[data-copy][hidden],[data-copy-from][hidden]")) button.hidden = false;

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy],[data-copy-from]");
  if (!button) return;
  const from = document.getElementById(button.dataset.copyFrom ?? "");
  const text = button.dataset.copy ?? from?.value ?? from?.textContent.trim() ?? "";
  const label = button.querySelector("[data-label]") ?? button;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (from instanceof HTMLInputElement) from.select();
    return;
  }
  const before = label.textContent;
  label.setAttribute("role", "status");
  label.textContent = button.dataset.done ?? "✓";
  setTimeout(() => { label.textContent = before; }, 2000);
});
