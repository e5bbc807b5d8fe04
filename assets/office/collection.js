// A view of things that the office creates and revokes: their table, and the form for a new one.

import { button, make, newId } from "./dom.js";
import { confirm } from "./dialogs.js";
import { Form } from "./form.js";
import { table } from "./table.js";

/**
 * A view from its description: `name` of the collection, `columns`, `fields(desk, data)` of the form,
 * `complete(body, desk)` before it is sent, `created(desk, answer)` after, `buttons(desk, data)` of a row
 * besides revoking, `isHere(row, desk)`, `load(desk)` of what it needs besides its rows.
 */
export function collection(described) {
  return {
    needsFacility: true,
    isHere: (row, desk) => row.facility === desk.facility?.id,
    complete: (body) => body,
    created: () => {},
    buttons: () => [],
    idOf: (row) => row.id,
    load: async () => ({}),
    note: () => null,
    ...described,
    async open(desk) {
      const [rows, beside] = await Promise.all([desk.api.list(this.name), this.load(desk)]);
      return { rows: rows.filter((row) => this.isHere(row, desk)), ...beside };
    },
    draw(desk, data) {
      return draw(this, desk, data);
    },
  };
}

function draw(view, desk, data) {
  const { words } = desk;
  const rows = data.rows.filter((row) => desk.showsRevoked || !row.revoked);
  const listed = table(words, {
    caption: words.say(view.name),
    columns: [...view.columns(desk, data), ...(desk.showsRevoked ? [revokedColumn(words)] : [])],
    rows,
    nameOf: nameOf(view),
    rowClass: (row) => (row.revoked ? "revoked" : null),
    buttons: (row) => (row.revoked ? [] : [
      ...view.buttons(desk, data, row),
      [words.say("revoke"), () => revoke(view, desk, row), { class: "slight danger" }],
    ]),
  });
  return [
    listed.under(revokedSwitch(desk)),
    newOne(view, desk, data),
  ];
}

const revokedColumn = (words) => ({ head: "state", cell: (row) => (row.revoked ? words.say("revoked") : "") });

const nameOf = (view) => (row) => {
  const id = view.idOf(row);
  return row.name && row.name !== id ? `${row.name} (${id})` : id;
};

function revokedSwitch(desk) {
  const id = newId();
  const onchange = () => {
    desk.showsRevoked = box.checked;
    desk.refresh({ focus: "shows-revoked" });
  };
  const settings = { checked: desk.showsRevoked, "data-focus": "shows-revoked", onchange };
  const box = make("input", { id, type: "checkbox", ...settings });
  return make("p", { class: "check" }, box, make("label", { for: id }, desk.words.say("shows_revoked")));
}

function newOne(view, desk, data) {
  const { words } = desk;
  const title = newId();
  const note = view.note(desk, data);
  const form = new Form(words, {
    collection: view.name,
    fields: view.fields(desk, data),
    submitWords: words.say("create"),
    submit: async (body) => {
      const answer = await desk.api.post(view.name, view.complete(body, desk));
      desk.tell(words.say("created", { name: body.id ?? body.name }));
      await desk.refresh({ focus: "new" });
      view.created(desk, answer);
    },
  });
  form.element.querySelector("input, select")?.setAttribute("data-focus", "new");
  return make(
    "aside",
    { class: "card", "aria-labelledby": title },
    make("h2", { id: title }, words.say(`new_${view.name}`)),
    note ? make("p", { class: "warning" }, note) : form.element,
  );
}

/** Revokes a member of `view` after a confirmation that names it. */
export function revoke(view, desk, row) {
  const { words } = desk;
  const name = nameOf(view)(row);
  confirm(words, {
    title: words.say(`revoke_${view.name}`, { name }),
    text: words.say(`revoke_${view.name}_text`),
    yes: words.say("revoke_yes", { name: view.idOf(row) }),
    carryOut: async () => {
      await desk.api.delete(`${view.name}/${encodeURIComponent(view.idOf(row))}`);
      return () => {
        desk.tell(words.say("was_revoked", { name }));
        return desk.refresh();
      };
    },
  });
}

/** The button that fetches the view again. */
export function refreshButton(desk) {
  const onclick = () => desk.refresh({ focus: "refresh" });
  return button(desk.words.say("refresh"), onclick, { class: "slight", "data-focus": "refresh" });
}
