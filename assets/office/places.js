// Facilities with their rules, rooms and kiosks.

import { dateText, moment, timeText } from "./calendar.js";
import { collection } from "./collection.js";
import { code, isolated } from "./dom.js";
import { confirm, showToCopy } from "./dialogs.js";
import { stateOf } from "./fleet.js";

const NEVER = 24 * 60;
const USUAL_RULES = { zone: "Asia/Baghdad", default_language: "ar", relay_only: true };

/** Choices among things that have an id and a name. */
const choices = (rows) => rows.map((row) => [row.id, `${row.id} – ${row.name}`]);

const byId = { pointer: "/id", label: "id", kind: "id", hint: "id_hint" };
const byName = { pointer: "/name", label: "name" };

function languages(words) {
  return ["ar", "ckb", "en"].map((tag) => [tag, words.say(`language_${tag}`)]);
}

/** The rules that matter at the beginning; `policy` are those that hold. */
function firstRules(words, policy, supervised) {
  return [
    { pointer: "/policy/zone", label: "zone", kind: "id", value: policy.zone },
    {
      pointer: "/policy/default_language", label: "default_language", kind: "select",
      options: languages(words), value: policy.default_language,
    },
    { pointer: "/policy/supervised", label: "supervised", kind: "check", value: supervised },
    { pointer: "/policy/relay_only", label: "relay_only", kind: "check", value: policy.relay_only },
  ];
}

function furtherRules(policy) {
  const minutesOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const two = (value) => String(value).padStart(2, "0");
  const minute = policy.closes_at_minute;
  const closes = minute === null || minute === undefined ? "" : `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  const numberOf = (text) => (text === "" ? undefined : Number(text));
  return [
    {
      pointer: "/policy/join_before_start_seconds", label: "join_before", kind: "number",
      value: policy.join_before_start_seconds, wire: numberOf,
    },
    {
      pointer: "/policy/closes_at_minute", label: "closes_at", kind: "time", hint: "closes_at_hint",
      value: closes, wire: (text) => (text === "" ? NEVER : minutesOf(text)),
    },
    {
      pointer: "/policy/call_outlives_signalling_seconds", label: "call_outlives", kind: "number",
      value: policy.call_outlives_signalling_seconds, wire: numberOf,
    },
    {
      pointer: "/policy/staff_number_without_reader", label: "staff_number_without_reader", kind: "check",
      hint: "staff_number_without_reader_hint", value: policy.staff_number_without_reader,
    },
  ];
}

function changeRules(desk, row) {
  const { words } = desk;
  confirm(words, {
    title: words.say("rules_of", { name: row.name }),
    text: null,
    yes: words.say("save"),
    fields: [...firstRules(words, row.policy, row.supervised), ...furtherRules(row.policy)],
    carryOut: async (body) => {
      await desk.api.patch(`facilities/${encodeURIComponent(row.id)}`, body);
      return () => {
        desk.tell(words.say("rules_saved", { name: row.name }));
        return desk.refresh();
      };
    },
  });
}

export const facilities = collection({
  name: "facilities",
  needsFacility: false,
  isHere: () => true,
  columns: ({ words }) => [
    { head: "id", cell: (row) => code(row.id) },
    { head: "name", cell: (row) => isolated(row.name) },
    { head: "zone", cell: (row) => code(row.policy.zone) },
    { head: "language", cell: (row) => words.say(`language_${row.policy.default_language}`) },
  ],
  buttons: (desk, _data, row) => [[desk.words.say("change_rules"), () => changeRules(desk, row)]],
  fields: ({ words }) => [byId, byName, ...firstRules(words, USUAL_RULES, true)],
  created: (desk, facility) => desk.enter(facility.id),
});

export const rooms = collection({
  name: "rooms",
  columns: () => [
    { head: "id", cell: (row) => code(row.id) },
    { head: "name", cell: (row) => isolated(row.name) },
  ],
  fields: () => [byId, byName],
  complete: (body, desk) => ({ ...body, facility: desk.facility.id }),
});

function showCode(desk, made) {
  const { words } = desk;
  const day = dateText(words, desk.zone, made.expires_at);
  const time = timeText(words, desk.zone, made.expires_at);
  const digits = made.authority_digits;
  const compared = digits ? ` ${words.say("code_digits", { digits })}` : "";
  showToCopy(words, {
    title: words.say("code_title", { kiosk: made.kiosk }),
    text: words.say("code_text", { day, time }) + compared,
    label: words.say("code"),
    value: made.provisioning_code,
    once: true,
  });
}

function newCode(desk, row) {
  const { words } = desk;
  confirm(words, {
    title: words.say("new_code_title", { kiosk: row.id }),
    text: words.say("new_code_text"),
    yes: words.say("new_code_yes"),
    danger: false,
    carryOut: async () => {
      const made = await desk.api.post(`kiosks/${encodeURIComponent(row.id)}/code`);
      return () => showCode(desk, made);
    },
  });
}

export const kiosks = collection({
  name: "kiosks",
  load: async (desk) => {
    const allRooms = await desk.api.list("rooms");
    return { rooms: allRooms.filter((row) => row.facility === desk.facility?.id && !row.revoked), allRooms };
  },
  columns: (desk, { allRooms }) => [
    { head: "id", cell: (row) => code(row.id) },
    { head: "room", cell: (row) => isolated(allRooms.find((room) => room.id === row.room)?.name ?? row.room) },
    { head: "state", cell: (row) => stateOf(desk.words, row) },
    { head: "last_seen", cell: ({ last_seen_at: at }) => (at ? moment(desk.words, desk.zone, at) : "–") },
  ],
  buttons: (desk, _data, row) => [[desk.words.say("new_code"), () => newCode(desk, row)]],
  note: (desk, { rooms }) => (rooms.length === 0 ? desk.words.say("room_first") : null),
  fields: (_desk, { rooms }) => [
    { ...byId, hint: "kiosk_id_hint" },
    { pointer: "/room", label: "room", kind: "select", options: choices(rooms) },
  ],
  created: showCode,
});
