// Days and times in a facility's zone, in the digits of the language. The zone's arithmetic is Intl's.

import { make } from "./dom.js";

function fieldsIn(zone, milliseconds) {
  const format = new Intl.DateTimeFormat("en", {
    timeZone: zone, hourCycle: "h23", calendar: "gregory", numberingSystem: "latn",
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  return Object.fromEntries(format.formatToParts(milliseconds).map(({ type, value }) => [type, value]));
}

/** The day of an instant, as fields of type date take it: `2026-11-24`. */
export function dayOf(zone, milliseconds) {
  const { year, month, day } = fieldsIn(zone, milliseconds);
  return `${year}-${month}-${day}`;
}

/** The last second of a day in RFC 3339. */
export function endOfDay(zone, day) {
  const wished = Date.parse(`${day}T23:59:59Z`);
  const { year, month, day: date, hour, minute, second } = fieldsIn(zone, wished);
  const shown = Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`);
  return new Date(wished - (shown - wished)).toISOString();
}

const inDigits = (words, text) => text.replace(/\d/g, (digit) => words.number(Number(digit)));

/** "14:05" */
export function timeText(words, zone, instant) {
  const { hour, minute } = fieldsIn(zone, Date.parse(instant));
  return inDigits(words, `${hour}:${minute}`);
}

/** "24/11/2026" */
export function dateText(words, zone, instant) {
  const { year, month, day } = fieldsIn(zone, Date.parse(instant));
  return inDigits(words, `${day}/${month}/${year}`);
}

/** Day and time of an instant; each keeps its own order of digits. */
export function moment(words, zone, instant) {
  return make(
    "time",
    { datetime: instant },
    make("bdi", {}, dateText(words, zone, instant)),
    " ",
    make("bdi", {}, timeText(words, zone, instant)),
  );
}
