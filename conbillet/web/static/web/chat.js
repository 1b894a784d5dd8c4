// A conversation, the visitor's side and the agents'. Messages are stored by the server and numbered in their order; this
// page says in `Last-Event-ID` which one it has, and gets what came after: when something happened, after a lost
// connection, and every half minute. What is written is sent until it is confirmed, with a key by which it stands there once.
const box = document.querySelector("[data-chat]");
const words = box.dataset;
const list = box.querySelector("#talk");
const form = box.querySelector("[data-write]");
const presence = box.querySelector("[data-presence]");
const typingNote = box.querySelector("[data-typing-note]");
const byMail = document.querySelector("[data-by-mail]");
const HEARTBEAT = 25000;
const TYPING_EVERY = 2500;
const TYPING_LASTS = 5000;

let last = Number(words.last);
let source;
let asking = false;
let askAgain = false;

const made = (name, attributes = {}, text = "") => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
};

const bubble = (side, text, at = "", iso = "") => {
  const item = made("li", { class: `said ${side}` });
  if (side !== "event") {
    item.append(made("span", { class: "visually-hidden" }, `${side === "mine" ? words.mine : words.theirs}:`));
  }
  if (text) item.append(made("p", { dir: "auto" }, text));
  item.append(made("time", iso ? { datetime: iso } : {}, at));
  return item;
};

const show = (message) => {
  if (message.number <= last) return;
  last = message.number;
  const item = bubble(message.side, message.text, message.at, message.iso);
  item.dataset.number = String(message.number);
  for (const file of message.files) {
    const link = made("a", { href: file.url });
    if (file.picture) link.append(made("img", { src: file.url, alt: words.picture, loading: "lazy" }));
    else {
      link.className = "button small";
      link.textContent = words.textfile;
    }
    item.insertBefore(link, item.querySelector("time"));
  }
  const waiting = list.querySelector(".sending");
  list.insertBefore(item, waiting);
  if (message.side !== "mine") typingNote.hidden = true;
  item.scrollIntoView({ block: "nearest" });
};

const tellPresence = (there) => {
  if (!presence) return;
  const text = there ? words.here : words.away;
  if (presence.textContent !== text) presence.textContent = text;
  presence.classList.toggle("here", there);
  presence.classList.remove("lost");
  byMail?.classList.toggle("away", !there);
};

const tellLost = () => {
  if (!presence) return;
  presence.textContent = words.lost;
  presence.classList.remove("here");
  presence.classList.add("lost");
};

const take = (news) => {
  for (const message of news.messages) show(message);
  tellPresence(news.there);
  words.live = news.live;
  if (news.state === "closed" && words.state !== "closed" && !form?.elements.text.value) location.reload();
};

const ask = async () => {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  do {
    askAgain = false;
    try {
      const headers = { Accept: "application/json", "Last-Event-ID": String(last) };
      const response = await fetch(words.news, { headers, cache: "no-store", redirect: "manual" });
      if (response.ok) take(await response.json());
      else if (response.status === 404 || response.type === "opaqueredirect") location.reload();
      else tellLost();
    } catch {
      tellLost();
    }
  } while (askAgain);
  asking = false;
};

let typingEnds;
const listen = () => {
  source?.close();
  source = new EventSource(words.live);
  source.addEventListener("open", () => box.setAttribute("data-connected", ""));
  source.addEventListener("changed", (event) => {
    if (event.data.startsWith("typing:")) {
      typingNote.hidden = false;
      clearTimeout(typingEnds);
      typingEnds = setTimeout(() => { typingNote.hidden = true; }, TYPING_LASTS);
    } else ask();
  });
  source.addEventListener("error", () => {
    box.removeAttribute("data-connected");
    // Refused for good (the address is half a day old, say): a new one comes with the news.
    if (source.readyState === EventSource.CLOSED) setTimeout(async () => { await ask(); listen(); }, 3000);
  });
};

// --- Sending ----------------------------------------------------------------------------------------------------------------
const outbox = [];
let sending = false;

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const tellProblem = (text) => {
  const place = form.querySelector("[data-problem]");
  place.textContent = text;
  place.hidden = !text;
};

const flush = async () => {
  if (sending) return;
  sending = true;
  let pause = 500;
  while (outbox.length) {
    const one = outbox[0];
    try {
      const headers = { Accept: "application/json", "Last-Event-ID": String(last) };
      const response = await fetch(form.action, { method: "POST", body: one.data, headers, redirect: "manual" });
      if (response.status >= 500) throw new Error(String(response.status));
      outbox.shift();
      one.item.remove();
      if (response.headers.get("Content-Type")?.startsWith("application/json")) {
        const news = await response.json();
        take(news);
        if (news.problem) {
          tellProblem(news.problem);
          if (!form.elements.text.value) form.elements.text.value = one.data.get("text");
        } else if (news.refused?.length) tellProblem(news.refused.join(" "));
      } else location.reload();
    } catch {
      one.item.querySelector("time").textContent = words.waiting;
      await new Promise((resolve) => { setTimeout(resolve, pause); addEventListener("online", resolve, { once: true }); });
      pause = Math.min(pause * 2, 8000);
    }
  }
  sending = false;
};

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(form);
  const file = form.elements.file;
  if (!data.get("text").trim() && !file.files.length) return;
  data.set("key", newKey());
  const item = bubble("mine sending", data.get("text").trim() || file.files[0].name, words.sending);
  list.append(item);
  item.scrollIntoView({ block: "nearest" });
  outbox.push({ data, item });
  form.elements.text.value = "";
  file.value = "";
  tellProblem("");
  form.elements.text.focus();
  flush();
});

// With a keyboard, return sends and shift-return begins a line; on a phone there is the button.
form?.elements.text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !matchMedia("(pointer: fine)").matches) return;
  event.preventDefault();
  form.requestSubmit();
});

let typedAt = 0;
form?.elements.text.addEventListener("input", () => {
  if (Date.now() - typedAt < TYPING_EVERY || !form.elements.text.value) return;
  typedAt = Date.now();
  const data = new FormData();
  const token = form.elements.csrfmiddlewaretoken;
  if (token) data.set("csrfmiddlewaretoken", token.value);
  fetch(words.typing, { method: "POST", body: data }).catch(() => {});
});

for (const canned of document.querySelectorAll("[data-canned]")) {
  canned.addEventListener("click", (event) => {
    event.preventDefault();
    form.elements.text.value = canned.dataset.canned;
    form.elements.text.focus();
  });
}

if (words.state !== "closed") {
  listen();
  setInterval(ask, HEARTBEAT);
  addEventListener("online", ask);
  addEventListener("pageshow", (event) => { if (event.persisted) { listen(); ask(); } });
  addEventListener("pagehide", () => source.close());
}
list.lastElementChild?.scrollIntoView({ block: "nearest" });
