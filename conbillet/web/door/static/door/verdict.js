/* The answer that fills the screen. The parts come from the page's own template, so every word is the server's. */

export class Verdict {
  #dialog;
  #part;
  #done;

  /** `done` is called when the crew has read it. */
  constructor(dialog, done) {
    this.#dialog = dialog;
    this.#done = done;
    this.#part = (name) => dialog.querySelector(`[data-part="${name}"]`);
    dialog.addEventListener("close", () => this.#done());
    dialog.querySelector("[data-next]").addEventListener("click", (event) => {
      event.preventDefault();
      this.close();
    });
  }

  get open() {
    return this.#dialog.open;
  }

  close() {
    this.#dialog.close();
  }

  show(verdict) {
    this.#dialog.classList.remove("yes", "no", "again", "pending");
    this.#dialog.classList.add(verdict.kind);
    for (const mark of this.#dialog.querySelectorAll("[data-mark]")) mark.hidden = mark.dataset.mark !== verdict.kind;
    for (const name of ["title", "reason", "badge_name", "name", "product", "age"]) {
      this.#write(this.#part(name), verdict[name] ?? "");
    }
    this.#part("age").dataset.band = verdict.age_band ?? "";
    this.#part("who").hidden = !verdict.badge_name;
    fill(this.#part("notes"), verdict.notes ?? [], "note", (row, note) => {
      row.querySelector("span").textContent = note;
    });
    fill(this.#part("things"), verdict.things ?? [], "thing", (row, thing) => {
      row.querySelector("[name=thing]").value = thing.name;
      row.querySelector("[name=ticket]").value = verdict.ticket;
      row.querySelector('[data-part="text"]').textContent = thing.text;
      row.querySelector('[data-part="given"]').textContent = thing.given;
      row.querySelector("button").setAttribute("aria-pressed", String(Boolean(thing.given)));
    });
    this.#part("hand-out").hidden = !verdict.things?.length;
    const pay = this.#part("pay_url");
    pay.hidden = !verdict.pay_url;
    pay.href = verdict.pay_url || "";
    const undo = this.#part("undo");
    undo.hidden = !verdict.may_undo;
    undo.querySelector("[name=ticket]").value = verdict.ticket ?? "";
    undo.querySelector("[name=other]").value = "";
    undo.querySelector("details").open = false;
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
    this.#dialog.querySelector("[data-next]").focus();
  }

  #write(place, text) {
    place.textContent = text;
    place.hidden = !text;
  }
}

/** Put one copy of a template into a list for each item. */
export function fill(list, items, name, write) {
  const template = document.querySelector(`template[data-${name}-template]`);
  list.replaceChildren(
    ...items.map((item) => {
      const row = template.content.firstElementChild.cloneNode(true);
      write(row, item);
      return row;
    }),
  );
}
