/* Checking without network. While there is one, the page fetches the public keys and a list of ticket references with
   their states (no names), and keeps them in memory. Without it, a code's signature is verified here, the list decides,
   and what was let in waits to be sent, with the device's time and a random name, so that nothing counts twice. */

const FETCH_EVERY = 300000; // milliseconds
const SEND_EVERY = 4000;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE = /^CB1:([0-9A-Z]{1,16})\.([0-9A-Z]{1,26})\.([0-9A-Z]{1,26})\.([1-9][0-9]{0,3})\.([0-9A-Z]{103})$/;

export class Offline {
  #address;
  #list = null;
  #waiting = [];
  #send;
  #changed;
  #sending = false;

  /** `send` posts what waits; `changed(waiting, refused)` is told how many wait, and what the server has refused. */
  constructor(address, send, changed) {
    this.#address = address;
    this.#send = send;
    this.#changed = changed;
    this.fetch();
    setInterval(() => this.fetch(), FETCH_EVERY);
    setInterval(() => this.flush(), SEND_EVERY);
    addEventListener("online", () => this.flush());
    addEventListener("beforeunload", (event) => { if (this.#waiting.length) event.preventDefault(); });
  }

  get waiting() {
    return this.#waiting.length;
  }

  async fetch() {
    try {
      const answer = await fetch(this.#address, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const found = await answer.json();
      const tickets = new Map(found.tickets.map(([name, generation, state, day]) => [name, { generation, state, day }]));
      for (const { ticket } of this.#waiting) if (tickets.has(ticket)) tickets.get(ticket).state = "in";
      this.#list = { ...found, tickets };
    } catch {
      // The list of before is used.
    }
  }

  /** The server said yes: without network we must know it too. */
  letIn(ticket) {
    const known = this.#list?.tickets.get(ticket);
    if (known) known.state = "in";
  }

  /** [reason, ticket]: the reason is empty when somebody may come in; that is then queued under the scan's name. */
  async check(text, scan) {
    if (!this.#list) return ["noList", ""];
    const [reason, name, generation] = await this.#read(text.trim().toUpperCase());
    if (reason) return [reason, ""];
    const known = this.#list.tickets.get(name);
    if (!known) return [generation ? "old" : "unknown", name]; // signed by us, and not on the list: issued anew
    if (generation && generation !== known.generation) return ["old", name];
    const states = { void: "void", no_entrance: "noEntrance", in: "in" };
    if (known.state) return [states[known.state], name];
    if (known.day && known.day !== copenhagenDay()) return ["day", name];
    known.state = "in";
    this.#waiting.push({ ticket: name, said: { code: text, scan, scanned_at: new Date().toISOString() } });
    this.#changed(this.waiting, []);
    return ["", name];
  }

  /** Send what waits, the oldest first, until there is no answer. */
  async flush() {
    if (this.#sending || !this.#waiting.length) return;
    this.#sending = true;
    const refused = [];
    try {
      while (this.#waiting.length) {
        const answer = await this.#send(this.#waiting[0].said);
        const { ticket } = this.#waiting.shift();
        if (answer.kind !== "yes") refused.push({ ticket, answer });
      }
    } catch {
      // Still no network: the next round tries again.
    }
    this.#sending = false;
    this.#changed(this.waiting, refused);
  }

  async #read(text) {
    if (!text.startsWith("CB1:")) return ["", text.replace(/[\s._-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1"), 0];
    const match = CODE.exec(text);
    if (!match) return ["unknown"];
    const [, key, event, ticket, generation, signature] = match;
    if (!(await this.#genuine(key, text.slice(0, text.lastIndexOf(".")), signature))) return ["forged"];
    return event === this.#list.event ? ["", ticket, Number(generation)] : ["other"];
  }

  /** Where the browser cannot verify Ed25519, the list alone decides: a reference of sixty random bits is not guessed. */
  async #genuine(name, content, signature) {
    const raw = this.#list.keys[name];
    if (!raw) return false;
    const bytes = Uint8Array.from(atob(raw), (letter) => letter.charCodeAt(0));
    let key;
    try {
      key = await crypto.subtle.importKey("raw", bytes, { name: "Ed25519" }, false, ["verify"]);
    } catch {
      return true;
    }
    const signed = decoded(signature);
    return signed !== null && crypto.subtle.verify("Ed25519", key, signed, new TextEncoder().encode(content));
  }
}

function decoded(symbols) {
  let number = 0n;
  for (const symbol of symbols) {
    const value = ALPHABET.indexOf(symbol);
    if (value < 0) return null;
    number = (number << 5n) | BigInt(value);
  }
  if (number >> 512n) return null;
  return Uint8Array.from({ length: 64 }, (_, at) => Number((number >> BigInt(8 * (63 - at))) & 255n));
}

function copenhagenDay() {
  return new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Copenhagen", dateStyle: "short" }).format(new Date());
}
