/* The page at the door: a code from the camera, a hand-held scanner or the keyboard; one answer that fills the screen.

   With one hand: the next ticket may be held up as soon as a "yes" has been read; a "no" waits for a tap. With a keyboard:
   whatever is typed goes to the code field, also while an answer is on the screen. */

import { keepFigures } from "./figures.js";
import { Offline } from "./offline.js";
import { Scanner } from "./scanner.js";
import { NoAnswer, post, randomName } from "./server.js";
import { allowSound, signal } from "./signals.js";
import { Verdict } from "./verdict.js";

const READ_YES = 1500; // milliseconds before the next ticket is taken while a yes is on the screen

const find = (selector) => document.querySelector(selector);
const form = find("[data-check-in]");
const field = form.elements.code;
const token = form.elements.csrfmiddlewaretoken.value;
const camera = find("[data-camera]");
const video = camera.querySelector("video");
const scanner = new Scanner(video);
const figures = find("[data-figures]");
const refresh = keepFigures(figures);
const noAnswer = find("[data-no-answer]").dataset;
const words = find("[data-offline-words]").dataset;
const banner = find("[data-offline]");
const offline = new Offline(banner.dataset.offline, (said) => post(form.action, said, token), waitingChanged);
const verdict = new Verdict(find("dialog[data-verdict]"), goOn);

let busy = false;
let resuming = null;

async function check(code, typed) {
  if (busy || !code.trim()) return;
  busy = true;
  form.setAttribute("aria-busy", "true");
  scanner.pause();
  clearTimeout(resuming);
  const said = { code, scan: randomName() };
  try {
    show(await twice(() => post(form.action, said, token)), code, typed);
  } catch (problem) {
    if (!(problem instanceof NoAnswer)) throw problem;
    if (problem.signedOut) show({ kind: "no", title: noAnswer.title, reason: noAnswer.signedOut }, code, typed);
    else show(await withoutNetwork(said), code, typed);
  } finally {
    busy = false;
    form.removeAttribute("aria-busy");
  }
}

/** The answer of the page's own list: never more than "for now". */
async function withoutNetwork({ code, scan }) {
  banner.hidden = false;
  const [reason, ticket] = await offline.check(code, scan);
  const about = ticket ? { badge_name: `${words.ticket} ${ticket.replace(/(.{4})(?=.)/g, "$1-")}` } : {};
  if (!reason) return { kind: "pending", title: words.yes, reason: words.unconfirmed, ...about };
  return { kind: reason === "in" ? "again" : "no", title: words.no, reason: words[reason], ...about };
}

function waitingChanged(waiting, refused) {
  banner.querySelector("[data-waiting]").textContent = String(waiting);
  banner.hidden = !waiting;
  const doubles = find("[data-doubles]");
  for (const { ticket, answer } of refused) {
    const row = document.createElement("li");
    row.textContent = [answer.badge_name || ticket, answer.reason].filter(Boolean).join(": ");
    doubles.querySelector("ul").append(row);
    doubles.hidden = false;
  }
  if (!waiting) refresh();
}

/** Once more when there was no answer: the scan's name makes the server answer the same. */
async function twice(ask) {
  try {
    return await ask();
  } catch (problem) {
    if (problem.signedOut || offline.waiting || !navigator.onLine) throw problem;
    return ask();
  }
}

function show(answer, code, typed) {
  if (answer.kind === "search") {
    form.action = form.dataset.search;
    form.submit();
    return;
  }
  if (typed) field.value = "";
  verdict.show(answer);
  signal(answer.kind);
  if (answer.kind === "yes") {
    banner.hidden = !offline.waiting;
    offline.letIn(answer.ticket);
    remember(answer);
    refresh();
  } else if (answer.kind !== "pending") return;
  resuming = setTimeout(() => scanner.resume(), READ_YES);
}

/** The list of the last ones, without asking the server. */
function remember(answer) {
  const list = find("[data-last]");
  const row = find("template[data-last-template]").content.firstElementChild.cloneNode(true);
  const link = row.querySelector("a");
  link.href = link.getAttribute("href").replace("TICKET", answer.ticket);
  row.querySelector("b").textContent = answer.badge_name;
  row.querySelector("span span").textContent = answer.product;
  row.querySelector(".nowrap").textContent = answer.at;
  row.dataset.ticket = answer.ticket;
  list.prepend(row);
  while (list.children.length > 8) list.lastElementChild.remove();
  find("[data-nobody]").hidden = true;
}

function goOn() {
  clearTimeout(resuming);
  scanner.resume();
  if (matchMedia("(pointer: fine)").matches) field.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  allowSound();
  check(field.value, true);
});

// A hand-held scanner types wherever the focus is; while an answer is shown, its first letter closes it.
document.addEventListener("keydown", (event) => {
  const letter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!letter || event.target.matches("input, textarea, select")) return;
  if (verdict.open) verdict.close();
  field.focus();
});

// Hand out, take back, undo: forms that work without us, sent here so that the answer stays on the screen.
document.addEventListener("submit", async (event) => {
  const sent = event.target;
  const thing = sent.matches("[data-thing]");
  if (!thing && !sent.closest("[data-undo]")) return;
  event.preventDefault();
  const said = Object.fromEntries(new FormData(sent, event.submitter));
  delete said.csrfmiddlewaretoken;
  try {
    const answer = await post(sent.action, said, token);
    if (thing) pressed(sent, answer);
    else if (answer.done) undone(said.ticket);
    else sent.querySelector("p").textContent = answer.message;
  } catch (problem) {
    if (!(problem instanceof NoAnswer)) throw problem;
    (thing ? sent.querySelector("small") : sent.querySelector("p")).textContent = noAnswer.reason;
  }
});

function pressed(sent, answer) {
  const button = sent.querySelector("button");
  button.setAttribute("aria-pressed", String(answer.given));
  button.name = answer.given ? "take_back" : "";
  button.value = answer.given ? "1" : "";
  sent.querySelector("small").textContent = answer.done ? "" : answer.message;
}

function undone(ticket) {
  for (const row of document.querySelectorAll(`[data-last] [data-ticket="${CSS.escape(ticket)}"]`)) row.remove();
  verdict.close();
  refresh();
}

// --- the camera ---------------------------------------------------------------------------------------------------------
const problem = find("[data-camera-problem]");
const start = find("[data-start]");
const torch = find("[data-torch]");
const picture = find("[data-picture]");

scanner.addEventListener("code", (event) => check(event.detail.text, false));
scanner.addEventListener("state", ({ detail }) => {
  const on = detail.state === "scanning" || detail.state === "paused";
  video.hidden = !on;
  start.hidden = on || detail.state === "starting";
  torch.hidden = !(on && detail.torch);
  problem.hidden = !detail.message;
  problem.querySelector("span").textContent = detail.message;
  picture.hidden = detail.state !== "problem";
  camera.classList.toggle("on", on);
});
start.addEventListener("click", () => {
  allowSound();
  scanner.start();
});
picture.querySelector("input").addEventListener("change", ({ target }) => {
  allowSound();
  if (target.files[0]) scanner.readPicture(target.files[0]);
  target.value = "";
});
torch.addEventListener("click", async () => {
  const on = torch.getAttribute("aria-pressed") !== "true";
  if (await scanner.setTorch(on)) torch.setAttribute("aria-pressed", String(on));
});
camera.hidden = false;
if (matchMedia("(pointer: fine)").matches) field.focus();
// Where the crew has allowed the camera before, it need not tap again after each look at a person's page.
navigator.permissions?.query({ name: "camera" }).then(
  (permission) => { if (permission.state === "granted" && matchMedia("(pointer: coarse)").matches) scanner.start(); },
  () => {},
);
