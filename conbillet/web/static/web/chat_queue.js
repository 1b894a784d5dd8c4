// The queue of the chat: says every half minute that somebody is here, and draws the list anew when something happened.
const queue = document.querySelector("[data-queue]");
const words = queue.dataset;
const token = queue.querySelector("[name=csrfmiddlewaretoken]").value;
const body = queue.querySelector("tbody");
const KINDS = { waiting: "warn", taken: "good" };
let source;
let asking = false;
let askAgain = false;

const cell = (label, ...children) => {
  const made = document.createElement("td");
  made.dataset.label = label;
  made.append(...children);
  return made;
};

const row = (one) => {
  const line = document.createElement("tr");
  line.className = "queue-row";
  const head = document.createElement("th");
  head.scope = "row";
  const link = document.createElement("a");
  link.href = one.url;
  link.textContent = one.number;
  head.append(link);
  const badge = document.createElement("span");
  badge.className = `badge ${KINDS[one.state] ?? "info"}`;
  badge.textContent = one.says;
  const here = document.createElement("span");
  here.className = "small muted";
  here.textContent = one.here ? ` ${words.isHere}` : "";
  line.append(head, cell(words.state, badge, here), cell(words.since, one.since || "–"), cell(words.took, one.mine ? words.mine : one.agent || "–"));
  return line;
};

const ask = async () => {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  do {
    askAgain = false;
    const data = new FormData();
    data.set("csrfmiddlewaretoken", token);
    try {
      const response = await fetch(words.here, { method: "POST", body: data, redirect: "manual" });
      if (response.ok) {
        const news = await response.json();
        words.live = news.live;
        const focused = body.contains(document.activeElement) ? document.activeElement.href : "";
        body.replaceChildren(...news.rows.map(row));
        for (const link of focused ? body.querySelectorAll("a") : []) if (link.href === focused) link.focus();
        queue.querySelector("[data-full]").hidden = !news.rows.length;
        queue.querySelector("[data-empty]").hidden = Boolean(news.rows.length);
      } else if (response.type === "opaqueredirect" || response.status === 403) location.reload();
    } catch {
      // The next message, or the next half minute, tries again.
    }
  } while (askAgain);
  asking = false;
};

const listen = () => {
  source?.close();
  source = new EventSource(words.live);
  source.addEventListener("open", () => queue.setAttribute("data-connected", ""));
  source.addEventListener("changed", ask);
  source.addEventListener("error", () => {
    queue.removeAttribute("data-connected");
    if (source.readyState === EventSource.CLOSED) setTimeout(async () => { await ask(); listen(); }, 3000);
  });
};

listen();
setInterval(ask, 25000);
addEventListener("pagehide", () => source.close());
