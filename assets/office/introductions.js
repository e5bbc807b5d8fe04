// Machines that have no code and wait for the office's word: the letters of their keys, from where and until
// when they wait. Each is approved as a kiosk of the facility, or refused.

import { moment, timeText } from "./calendar.js";
import { confirm } from "./dialogs.js";
import { code, make } from "./dom.js";
import { table } from "./table.js";

/** Those that no machine is yet come first. */
const byNeed = (one, other) => one.provisioned - other.provisioned || one.id.localeCompare(other.id);

/** A machine's letters, large enough to be compared one by one. */
const letters = (row) => make("bdi", { class: "code shown", dir: "ltr" }, row.short_code);

const pathOf = (row) => `introductions/${encodeURIComponent(row.short_code)}`;

function nameOf(words, { id, provisioned }) {
  return words.say(provisioned ? "introduction_kiosk_taken" : "introduction_kiosk_free", { kiosk: id });
}

function approve(desk, { kiosks, staff }, row) {
  const { words } = desk;
  confirm(words, {
    title: words.say("approve_title"),
    text: [words.say("approve_text"), letters(row)],
    yes: words.say("approve_yes"),
    fields: [
      {
        pointer: "/kiosk", label: "approve_kiosk", kind: "select", hint: "approve_kiosk_hint",
        options: kiosks.map((kiosk) => [kiosk.id, nameOf(words, kiosk)]),
      },
      { pointer: "/staff", label: "order_by", kind: "select", options: staff.map(({ id, name }) => [id, `${id} – ${name}`]) },
    ],
    carryOut: async (body) => {
      await desk.api.post(`${pathOf(row)}/approval`, body);
      return () => {
        desk.tell(words.say("was_approved", { kiosk: body.kiosk }));
        return desk.refresh();
      };
    },
  });
}

function refuse(desk, row) {
  const { words } = desk;
  confirm(words, {
    title: words.say("refuse_title"),
    text: [words.say("refuse_text"), letters(row)],
    yes: words.say("refuse_yes"),
    carryOut: async () => {
      await desk.api.delete(pathOf(row));
      return () => {
        desk.tell(words.say("was_refused"));
        return desk.refresh();
      };
    },
  });
}

/** What the screen of a machine asks to compare that does not know the service's authority. */
function digitsOf(words, rows) {
  const digits = rows[0]?.authority_digits;
  return digits ? make("p", {}, words.say("code_digits", { digits })) : null;
}

export const introductions = {
  name: "introductions",
  needsFacility: true,

  open: async (desk) => {
    const [rows, kiosks, staff] = await Promise.all(
      [desk.api.list("introductions"), desk.api.list("kiosks"), desk.api.list("staff")],
    );
    const isHere = (row) => row.facility === desk.facility?.id && !row.revoked;
    return { rows, kiosks: kiosks.filter(isHere).sort(byNeed), staff: staff.filter(isHere) };
  },

  draw(desk, data) {
    const { words, zone } = desk;
    const listed = table(words, {
      caption: words.say("introductions"),
      columns: [
        { head: "letters", cell: (row) => code(row.short_code) },
        { head: "address", cell: (row) => code(row.address) },
        { head: "asked_at", cell: (row) => moment(words, zone, row.made_at) },
        { head: "waits_until", cell: (row) => timeText(words, zone, row.expires_at) },
      ],
      rows: data.rows,
      nameOf: (row) => row.short_code,
      buttons: (row) => [
        [words.say("approve"), () => approve(desk, data, row)],
        [words.say("refuse"), () => refuse(desk, row), { class: "slight danger" }],
      ],
    });
    return [listed.under(digitsOf(words, data.rows))];
  },
};
