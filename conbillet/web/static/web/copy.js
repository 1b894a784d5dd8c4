// <button data-copy="text" data-done="Copied"> or data-copy-from="id": puts a text on the clipboard, and says so.
// With data-share="title" and data-share-label="Send it on", a phone's own menu is offered where there is one.
// A button that does nothing without this script waits hidden for it.
const shares = (button) => "share" in button.dataset && typeof navigator.share === "function";

for (const button of document.querySelectorAll("[data-copy],[data-copy-from]")) {
  button.hidden = false;
  if (shares(button)) (button.querySelector("[data-label]") ?? button).textContent = button.dataset.shareLabel;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy],[data-copy-from]");
  if (!button) return;
  const from = document.getElementById(button.dataset.copyFrom ?? "");
  const text = button.dataset.copy ?? from?.value ?? from?.textContent.trim() ?? "";
  const label = button.querySelector("[data-label]") ?? button;
  if (shares(button)) {
    try {
      await navigator.share({ title: button.dataset.share, url: text });
      return;
    } catch (problem) {
      if (problem.name === "AbortError") return; // thought better of it
    }
  }
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
