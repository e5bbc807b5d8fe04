// Staff with their PINs, inmates, and the badges of both.

import { dateText, endOfDay } from "./calendar.js";
import { badgesOf, giveBadge, loadBadges } from "./badges.js";
import { collection } from "./collection.js";
import { code, isolated } from "./dom.js";
import { confirm } from "./dialogs.js";

const ROLES = ["guard", "technician"];

const roles = (words) => ROLES.map((role) => [role, words.say(`role_${role}`)]);

const here = (body, desk) => ({ ...body, facility: desk.facility.id });

function setPin(desk, row) {
  const { words } = desk;
  confirm(words, {
    title: words.say("pin_title", { name: row.name }),
    text: words.say("pin_text"),
    yes: words.say("save"),
    fields: [{ pointer: "/pin", label: "pin", kind: "pin", hint: "pin_hint" }],
    carryOut: async (body) => {
      await desk.api.post(`staff/${encodeURIComponent(row.id)}/pin`, body);
      return () => desk.tell(words.say("pin_saved", { name: row.name }));
    },
  });
}

const staffNumber = (value) => ({
  pointer: "/number", label: "staff_number", kind: "id", hint: "staff_number_hint", value,
  wire: (text) => (text === "" ? undefined : text),
});

function setNumber(desk, row) {
  const { words } = desk;
  confirm(words, {
    title: words.say("staff_number_title", { name: row.name }),
    text: words.say("staff_number_text"),
    yes: words.say("save"),
    fields: [staffNumber(row.number ?? "")],
    collection: "staff",
    carryOut: async (body) => {
      await desk.api.post(`staff/${encodeURIComponent(row.id)}/number`, body);
      return () => {
        desk.tell(words.say("staff_number_saved", { name: row.name }));
        return desk.refresh();
      };
    },
  });
}

export const staff = collection({
  name: "staff",
  load: loadBadges,
  columns: (desk, data) => [
    { head: "id", cell: (row) => code(row.id) },
    { head: "name", cell: (row) => isolated(row.name) },
    { head: "role", cell: (row) => desk.words.say(`role_${row.role}`) },
    { head: "staff_number", cell: (row) => (row.number ? code(row.number) : "–") },
    { head: "valid_until", cell: (row) => isolated(dateText(desk.words, desk.zone, row.valid_until)) },
    { head: "badges", cell: (row) => badgesOf(desk, data, "staff", row) },
  ],
  buttons: (desk, data, row) => [
    [desk.words.say("give_badge"), () => giveBadge(desk, data, "staff", row)],
    [desk.words.say("set_pin"), () => setPin(desk, row)],
    [desk.words.say("set_staff_number"), () => setNumber(desk, row)],
  ],
  fields: ({ words, zone }) => [
    { pointer: "/id", label: "id", kind: "id", hint: "id_hint" },
    { pointer: "/name", label: "name" },
    { pointer: "/role", label: "role", kind: "select", options: roles(words) },
    { pointer: "/pin", label: "pin", kind: "pin", hint: "pin_hint" },
    staffNumber(""),
    {
      pointer: "/valid_until", label: "valid_until", kind: "date", hint: "valid_until_hint",
      wire: (day) => (day === "" ? undefined : endOfDay(zone, day)),
    },
  ],
  complete: here,
});

export const inmates = collection({
  name: "inmates",
  load: loadBadges,
  columns: (desk, data) => [
    { head: "id", cell: (row) => code(row.id) },
    { head: "name", cell: (row) => isolated(row.name) },
    { head: "badges", cell: (row) => badgesOf(desk, data, "inmate", row) },
  ],
  buttons: (desk, data, row) => [[desk.words.say("give_badge"), () => giveBadge(desk, data, "inmate", row)]],
  fields: () => [
    { pointer: "/id", label: "id", kind: "id", hint: "id_hint" },
    { pointer: "/name", label: "name", hint: "inmate_name_hint" },
  ],
  complete: here,
});
