// Times and spans as people read them. The zone's arithmetic is Intl's; names of days and months come
// from our own words, since browsers have none for Sorani.

const FALLBACK_ZONE = "Asia/Baghdad";

/** The civil fields of an instant in `zone`. */
function fieldsIn(zone, utcMilliseconds) {
  const options = {
    year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit",
    hourCycle: "h23", calendar: "gregory", numberingSystem: "latn",
  };
  let format;
  try {
    format = new Intl.DateTimeFormat("en", { ...options, timeZone: zone });
  } catch {
    format = new Intl.DateTimeFormat("en", { ...options, timeZone: FALLBACK_ZONE });
  }
  const fields = {};
  for (const { type, value } of format.formatToParts(utcMilliseconds)) fields[type] = Number.parseInt(value, 10);
  fields.weekday = new Date(Date.UTC(fields.year, fields.month - 1, fields.day)).getUTCDay();
  return fields;
}

/** "10:30" in the zone, in the language's digits. */
export function timeOfDay(words, zone, utcMilliseconds) {
  const { hour, minute } = fieldsIn(zone, utcMilliseconds);
  return `${words.number(hour, 2)}:${words.number(minute, 2)}`;
}

/** "Tuesday, 24 November" in the zone. */
export function day(words, zone, utcMilliseconds) {
  const fields = fieldsIn(zone, utcMilliseconds);
  return words.compose("day", {
    weekday: words.list("weekdays")[fields.weekday],
    day: words.number(fields.day),
    month: words.list("months")[fields.month - 1],
  });
}

/** Whether this phone's clock shows another time of day than the facility's. */
export function ownZoneDiffers(zone, utcMilliseconds) {
  const there = fieldsIn(zone, utcMilliseconds);
  const here = new Date(utcMilliseconds);
  return there.hour !== here.getHours() || there.minute !== here.getMinutes();
}

/** This phone's own zone. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A span as "04:59", from an hour on in words. */
export function countdown(words, milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1_000));
  if (seconds < 3_600) {
    return `${words.number(Math.floor(seconds / 60), 2)}:${words.number(seconds % 60, 2)}`;
  }
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return words.count("minutes", minutes);
  const hours = Math.round(minutes / 60);
  return hours < 48 ? words.count("hours", hours) : words.count("days", Math.round(hours / 24));
}
