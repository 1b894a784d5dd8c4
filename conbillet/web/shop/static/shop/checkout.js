// The cart's plus and minus, and "whose is it", without loading the page anew. The server makes the same page as it
// does without this script; the form's content is taken out of it, so there is one truth about prices and fields.
const form = document.querySelector("[data-checkout]");
// By its attribute: the buttons are called "action", and a form's fields hide its properties.
const address = form?.getAttribute("action");
let asking = null;
form?.classList.add("scripted");

// What was typed while the server answered stays: the fields whose value is not the one that was sent.
const WRITTEN = "input:not([type=radio],[type=checkbox],[type=hidden]),textarea,select";
const typedSince = (sent) =>
  [...form.querySelectorAll(WRITTEN)].filter((one) => one.name && one.value !== (sent.get(one.name) ?? "")).map(({ name, value }) => [name, value]);

const swap = (answer, sent) => {
  const fresh = answer?.querySelector("[data-checkout]");
  if (!fresh) return false;
  const held = document.activeElement;
  const again = held?.id ? `#${CSS.escape(held.id)}` : held?.name ? `[name="${CSS.escape(held.name)}"]` : "";
  const label = held?.getAttribute("aria-label") ?? "";
  const typed = typedSince(sent);
  form.replaceChildren(...document.importNode(fresh, true).childNodes);
  for (const [name, value] of typed) {
    const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
    if (field?.matches(WRITTEN)) field.value = value;
  }
  const deadline = answer.querySelector("[data-countdown] time")?.dateTime;
  const shown = document.querySelector("[data-countdown] time");
  if (deadline && shown) shown.dateTime = deadline;
  const next = [...form.querySelectorAll(again || "[autofocus]")];
  // Of several buttons with one name, the one that says the same.
  (next.find((one) => one.getAttribute("aria-label") === label) ?? next[0] ?? form.querySelector("h2"))?.focus({ preventScroll: true });
  const said = document.querySelector("[data-said]");
  if (said) said.textContent = form.querySelector("[data-total]")?.textContent ?? "";
  return true;
};

// XMLHttpRequest, because it gives a document; fetch gives text, and text is not made into a page here (Trusted Types).
const ask = (submitter) => {
  asking?.abort();
  const request = asking = new XMLHttpRequest();
  request.open("POST", address);
  request.responseType = "document";
  const data = new FormData(form);
  data.set(submitter?.name ?? "action", submitter?.value ?? "update");
  request.addEventListener("load", () => {
    // Somewhere else (the cart is gone, or was ordered): go there.
    if (!swap(request.response, data)) location.assign(request.responseURL || address);
  });
  request.addEventListener("error", () => form.submit());
  request.send(data);
};

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || button.value === "buy" || button.hasAttribute("formaction")) return;
  event.preventDefault();
  ask(button);
});
form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-who], [name$='-whose']")) ask(null);
});

// Another language: the form goes along, so that nothing has to be typed again.
const language = document.querySelector(".site-header [hreflang]");
language?.addEventListener("click", (event) => {
  if (!form || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const button = document.createElement("button");
  Object.assign(button, { name: "action", value: "update", hidden: true, formAction: address + new URL(language.href).search });
  form.append(button);
  button.click();
});
