// The words of the page in one language, with plurals and digits that fit it.

const RIGHT_TO_LEFT = new Set(["ar", "ckb"]);
const NUMBER_LOCALE = { ar: "ar-u-nu-arab", ckb: "ar-u-nu-arab", en: "en" };
const ISOLATE = "\u2068";
const END_OF_ISOLATE = "\u2069";

/** Fetches the words of `language`. */
export async function loadWords(language) {
  const response = await fetch(`/web/${language}.json`);
  if (!response.ok) throw new Error(`words of ${language} not available: ${response.status}`);
  return new Words(language, await response.json());
}

export class Words {
  #messages;
  #numbers;

  constructor(language, messages) {
    this.language = language;
    this.direction = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
    this.#messages = messages;
    this.#numbers = new Intl.NumberFormat(NUMBER_LOCALE[language], { useGrouping: false });
  }

  has(key) {
    return key in this.#messages;
  }

  /** The message, its `{places}` filled; names and times keep their own direction. */
  say(key, places = {}) {
    return fill(String(this.#messages[key] ?? key), places);
  }

  /** As `say`, for parts that are words themselves (an isolate around them would lose their direction). */
  compose(key, places) {
    return fill(String(this.#messages[key] ?? key), places, "", "");
  }

  /** The list of messages under `key`. */
  list(key) {
    return this.#messages[key] ?? [];
  }

  /** The message's plural form for `count`. */
  count(key, count) {
    const forms = this.#messages[key];
    const form = forms[`=${count}`] ?? forms[pluralOf(this.language, count)] ?? forms.other;
    return fill(form, { count: this.number(count) }, "", "");
  }

  number(value, digits = 1) {
    return this.#numbers.format(value).padStart(digits, this.#numbers.format(0));
  }
}

function fill(text, places, before = ISOLATE, after = END_OF_ISOLATE) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in places ? `${before}${places[name]}${after}` : whole));
}

/** CLDR's plural category; browsers often lack Sorani, whose rule is one or other. */
function pluralOf(language, count) {
  if (language === "ckb") return count === 1 ? "one" : "other";
  return new Intl.PluralRules(language).select(count);
}
