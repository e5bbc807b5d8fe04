// Every kiosk of the facility as the service knows it: what it is doing, its versions, what somebody
// should see to; and orders to it. Those that need somebody come first.

import { dateText, moment, timeText } from "./calendar.js";
import { confirm } from "./dialogs.js";
import { button, code, isolated, make } from "./dom.js";
import { table } from "./table.js";

const ACTIONS = ["lock", "take_out_of_service", "return_to_service", "look_over"];
const REASONS = ["fault", "maintenance", "security", "room_closed", "other"];

/** Its state as a word with its sign. */
export function stateOf(words, row) {
  return make("span", { class: `state ${row.state}` }, words.say(`kiosk_${row.state}`));
}

function versionOf(words, { status }) {
  if (!status) return "–";
  const image = status.image_version && words.say("image_version", { version: status.image_version });
  return [
    code(status.program_version),
    image ? make("div", { class: "hint" }, image) : null,
    status.slot ? make("div", { class: "detail" }, code(status.slot)) : null,
  ];
}

function alarmOf(desk, alarm) {
  const { words, zone } = desk;
  const key = `alarm_${alarm.kind}`;
  const since = { day: dateText(words, zone, alarm.since), time: timeText(words, zone, alarm.since) };
  return make(
    "li",
    {},
    make("p", {}, code(alarm.code), " ", make("strong", {}, words.say(key)), " ", measured(alarm)),
    make("p", { class: "hint" }, `${words.say("alarm_since", since)} `, words.say(`${key}_do`)),
  );
}

const measured = (alarm) => (alarm.measured ? code(alarm.measured) : null);

function alarmsOf(desk, { alarms }) {
  if (alarms.length === 0) return desk.words.say("alarms_none");
  return make("ul", { class: "alarms" }, alarms.map((alarm) => alarmOf(desk, alarm)));
}

function summary(words, rows) {
  const alarmed = rows.filter((row) => row.alarms.length > 0).length;
  if (alarmed === 0) return make("p", {}, words.say("fleet_calm"));
  const count = { count: words.number(alarmed), all: words.number(rows.length) };
  return make("p", { class: "warning" }, words.say("fleet_alarmed", count));
}

function seenOf(desk, { last_seen_at: seen, last_check_at: checked }) {
  if (!seen) return "–";
  const { words, zone } = desk;
  if (!checked) return moment(words, zone, seen);
  const at = { day: dateText(words, zone, checked), time: timeText(words, zone, checked) };
  return [moment(words, zone, seen), make("div", { class: "hint" }, words.say("checked_at", at))];
}

/** Its state, its code while it is out of service, and the orders that wait for it. */
function stateWithOrders(desk, row) {
  const { words } = desk;
  const shown = row.state === "out_of_service" ? row.status?.out_of_service_code : null;
  const orders = row.orders.map((order) => make(
    "div",
    { class: "hint" },
    `${words.say("order_waits", { order: words.say(`order_${order.action.do}`) })} `,
    button(words.say("withdraw_order"), () => withdraw(desk, row, order), {
      class: "slight", "aria-label": `${words.say("withdraw_order")}: ${row.id}`,
    }),
  ));
  return [stateOf(words, row), shown ? make("div", {}, `${words.say("code")} `, code(shown)) : null, ...orders];
}

function withdraw(desk, row, order) {
  return desk.attempt(async () => {
    await desk.api.delete(`kiosks/${encodeURIComponent(row.id)}/orders/${encodeURIComponent(order.id)}`);
    desk.tell(desk.words.say("order_withdrawn", { kiosk: row.id }));
    await desk.refresh();
  });
}

function giveOrder(desk, staff, row) {
  const { words } = desk;
  const named = (kind, names) => names.map((name) => [name, words.say(`${kind}_${name}`)]);
  confirm(words, {
    title: words.say("order_title", { kiosk: row.id }),
    text: words.say(row.connected ? "order_text" : "order_text_away"),
    yes: words.say("order_yes"),
    fields: [
      { pointer: "/action", label: "order_action", kind: "select", options: named("order", ACTIONS) },
      { pointer: "/reason", label: "order_reason", kind: "select", options: named("reason", REASONS) },
      { pointer: "/now", label: "order_now", kind: "check", hint: "order_now_hint" },
      { pointer: "/staff", label: "order_by", kind: "select", options: staff.map(({ id, name }) => [id, `${id} – ${name}`]) },
    ],
    carryOut: async (body) => {
      await desk.api.post(`kiosks/${encodeURIComponent(row.id)}/orders`, body);
      return () => {
        desk.tell(words.say("order_given", { kiosk: row.id }));
        return desk.refresh();
      };
    },
  });
}

const byNeed = (one, other) => other.alarms.length - one.alarms.length || one.id.localeCompare(other.id);

export const fleet = {
  name: "fleet",
  needsFacility: true,

  open: async (desk) => {
    const [kiosks, rooms, staff] = await Promise.all(
      [desk.api.list("kiosks"), desk.api.list("rooms"), desk.api.list("staff")],
    );
    const isHere = (row) => row.facility === desk.facility?.id && !row.revoked;
    return { rows: kiosks.filter(isHere).sort(byNeed), rooms, staff: staff.filter(isHere) };
  },

  draw(desk, { rows, rooms, staff }) {
    const { words } = desk;
    const listed = table(words, {
      caption: words.say("fleet"),
      columns: [
        { head: "id", cell: (row) => code(row.id) },
        { head: "room", cell: (row) => isolated(rooms.find((room) => room.id === row.room)?.name ?? row.room) },
        { head: "state", cell: (row) => stateWithOrders(desk, row) },
        { head: "version", cell: (row) => versionOf(words, row) },
        { head: "last_seen", cell: (row) => seenOf(desk, row) },
        { head: "alarms", cell: (row) => alarmsOf(desk, row) },
      ],
      rows,
      nameOf: (row) => row.id,
      buttons: (row) => [[words.say("give_order"), () => giveOrder(desk, staff, row)]],
    });
    return [listed.under(rows.length > 0 ? summary(words, rows) : null)];
  },
};
