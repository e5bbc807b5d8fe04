// The booking connectors with their credentials, and the change log, newest first.

import { moment } from "./calendar.js";
import { collection } from "./collection.js";
import { button, code, isolated, make } from "./dom.js";
import { showToCopy } from "./dialogs.js";
import { table } from "./table.js";

const ROWS_AT_A_TIME = 200;

export const connectors = collection({
  name: "connectors",
  needsFacility: false,
  isHere: () => true,
  idOf: (row) => row.name,
  columns: () => [{ head: "name", cell: (row) => code(row.name) }],
  fields: () => [{ pointer: "/name", label: "name", kind: "id", hint: "id_hint" }],
  created: (desk, { connector, token }) => {
    const { words } = desk;
    showToCopy(words, {
      title: words.say("credential_title", { name: connector }),
      text: words.say("credential_text"),
      label: words.say("credential"),
      value: token,
      once: true,
    });
  },
});

function whatOf(words, row) {
  const key = `change_${row.what.toLowerCase().replace(/[^a-z]+/g, "_")}`;
  if (!words.has(key)) return make("span", { lang: "en", dir: "ltr", class: "untranslated" }, row.what);
  return make("span", { class: "what" }, words.say(key));
}

export const changes = {
  name: "changes",
  needsFacility: false,

  open: async (desk) => ({ rows: await read(desk, Number.MAX_SAFE_INTEGER) }),

  draw(desk, { rows }) {
    const { words } = desk;
    const listed = table(words, {
      caption: words.say("changes"),
      columns: [
        { head: "at", cell: (row) => moment(words, desk.zone, row.at) },
        { head: "what", cell: (row) => whatOf(words, row) },
        { head: "subject", cell: (row) => code(row.subject) },
        { head: "who", cell: (row) => code(row.who) },
        { head: "detail", cell: (row) => make("bdi", { lang: "en", dir: "ltr", class: "detail" }, row.detail) },
      ],
      rows,
      nameOf: (row) => isolated(row.id),
    });
    return [listed.under(null, older(desk, rows))];
  },
};

const read = (desk, before) => desk.api.list(`changes?before=${before}&limit=${ROWS_AT_A_TIME}`);

/** The button that goes further back, while there may be more. */
function older(desk, rows) {
  if (rows.length === 0 || rows.length % ROWS_AT_A_TIME !== 0) return null;
  return button(desk.words.say("older"), () => desk.attempt(async () => {
    const further = await read(desk, rows.at(-1).id);
    desk.show(changes, { rows: [...rows, ...further] });
  }));
}
