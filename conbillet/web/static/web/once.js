// A form is sent once: a double click does nothing, and a wait of over half a second is shown.
// Opt out with data-again. Coming back by the back button makes the buttons work again.
const sent = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get" || form.method === "dialog" || "again" in form.dataset) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  // A page that answered a form (with what is wrong, say) would ask "send again?" when one comes back to it.
  history.replaceState(history.state, "", location.href);
  const button = event.submitter;
  setTimeout(() => button?.setAttribute("aria-busy", "true"), 400);
  setTimeout(() => sent.delete(form), 15000);
});

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) sent.delete(form);
  for (const busy of document.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
});

// After a refusal, the summary of errors is read first.
document.getElementById("errors")?.focus();
