// The bookings of a day: who visits whom, where and when; cancelled, or given a new link.

import { dayOf, timeText } from "./calendar.js";
import { code, isolated, make, newId } from "./dom.js";
import { confirm, showToCopy } from "./dialogs.js";
import { table } from "./table.js";

let chosenDay = null;

function showLink(desk, booking, text) {
  const { words } = desk;
  showToCopy(words, {
    title: words.say("link_title", namesOf(desk, booking)),
    text,
    label: words.say("link"),
    value: booking.visitor_link,
  });
}

function namesOf(desk, booking) {
  const time = timeText(desk.words, desk.zone, booking.slot.starts_at);
  return { visitor: booking.visitor, inmate: booking.inmate_name, time };
}

function renewLink(desk, booking) {
  const { words } = desk;
  confirm(words, {
    title: words.say("renew_link_title", namesOf(desk, booking)),
    text: words.say("renew_link_text"),
    yes: words.say("renew_link_yes"),
    danger: false,
    carryOut: async () => {
      const renewed = await desk.api.post(`bookings/${encodeURIComponent(booking.booking)}/link`);
      return async () => {
        await desk.refresh();
        showLink(desk, { ...booking, ...renewed }, words.say("link_renewed_text"));
      };
    },
  });
}

function cancel(desk, booking) {
  const { words } = desk;
  confirm(words, {
    title: words.say("cancel_booking_title", namesOf(desk, booking)),
    text: words.say("cancel_booking_text"),
    yes: words.say("cancel_booking_yes"),
    carryOut: async () => {
      await desk.api.post(`bookings/${encodeURIComponent(booking.booking)}/cancel`);
      return () => {
        desk.tell(words.say("booking_was_cancelled", namesOf(desk, booking)));
        return desk.refresh();
      };
    },
  });
}

function stateOf(words, booking) {
  const outcome = booking.outcome ? `outcome_${booking.outcome.toLowerCase()}` : null;
  const key = outcome && booking.state === "finished" ? outcome : `booking_${booking.state}`;
  return make("span", { class: `state ${booking.state}` }, words.has(key) ? words.say(key) : booking.outcome);
}

function dayField(desk) {
  const { words } = desk;
  const id = newId();
  const onchange = () => {
    if (field.value === "") return;
    chosenDay = field.value;
    desk.refresh({ focus: "day" });
  };
  const field = make("input", { id, type: "date", value: chosenDay, "data-focus": "day", onchange });
  return make("p", { class: "day" }, make("label", { for: id }, words.say("day_chosen")), field);
}

export const bookings = {
  name: "bookings",
  needsFacility: true,

  async open(desk) {
    chosenDay ??= dayOf(desk.zone, Date.now());
    const query = new URLSearchParams({ facility: desk.facility.id, day: chosenDay });
    const [rows, inmates] = await Promise.all([desk.api.list(`bookings?${query}`), desk.api.list("inmates")]);
    const names = new Map(inmates.map((inmate) => [inmate.id, inmate.name]));
    return { rows: rows.map((row) => ({ ...row, inmate_name: names.get(row.inmate) ?? row.inmate })) };
  },

  draw(desk, { rows }) {
    const { words } = desk;
    const clock = (instant) => isolated(timeText(words, desk.zone, instant));
    const listed = table(words, {
      caption: words.say("bookings"),
      columns: [
        { head: "time", cell: ({ slot }) => [clock(slot.starts_at), "–", clock(slot.ends_at)] },
        { head: "kiosk", cell: (row) => code(row.kiosk) },
        { head: "inmate", cell: (row) => [isolated(row.inmate_name), " ", code(row.inmate)] },
        { head: "visitor", cell: (row) => isolated(row.visitor) },
        { head: "state", cell: (row) => stateOf(words, row) },
        { head: "connector", cell: (row) => code(row.connector) },
      ],
      rows,
      nameOf: (row) => words.say("booking_name", namesOf(desk, row)),
      rowClass: (row) => (row.state === "booked" ? null : "past"),
      buttons: (row) => (row.state === "booked" ? [
        [words.say("link"), () => showLink(desk, row, words.say("link_text"))],
        [words.say("renew_link"), () => renewLink(desk, row)],
        [words.say("cancel_booking"), () => cancel(desk, row), { class: "slight danger" }],
      ] : []),
    });
    return [listed.under(dayField(desk))];
  },
};
