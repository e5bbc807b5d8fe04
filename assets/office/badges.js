// A person's badges: shown by their last digits, given by typing or by a tap at a kiosk, revoked.

import { Problem } from "./api.js";
import { button, code, make, newId } from "./dom.js";
import { confirm, openDialog } from "./dialogs.js";
import { Form } from "./form.js";

const WAIT_SECONDS = 60;
const LOOK_EVERY_MS = 500;

/** What the views of people need besides their rows. */
export async function loadBadges(desk) {
  const [badges, kiosks] = await Promise.all([desk.api.list("badges"), desk.api.list("kiosks")]);
  return { badges, kiosks: kiosks.filter((kiosk) => kiosk.facility === desk.facility?.id && !kiosk.revoked) };
}

/** The badges of a person, each with its button. `whose` is `inmate` or `staff`. */
export function badgesOf(desk, { badges }, whose, person) {
  const owned = badges.filter((badge) => badge[whose] === person.id && !badge.revoked);
  if (owned.length === 0) return make("span", { class: "hint" }, desk.words.say("badge_none"));
  return make("ul", { class: "badges" }, owned.map((badge) => {
    const ending = badge.number.slice(-3);
    const places = { ending, name: person.name };
    const name = desk.words.say("revoke_badge", places);
    return make(
      "li",
      {},
      code(`…${ending}`),
      button("×", () => revokeBadge(desk, badge, places), { "aria-label": name, title: name }),
    );
  }));
}

function revokeBadge(desk, badge, places) {
  const { words } = desk;
  confirm(words, {
    title: words.say("revoke_badge_title", places),
    text: words.say("revoke_badge_text"),
    yes: words.say("revoke_yes", { name: `…${places.ending}` }),
    carryOut: async () => {
      await desk.api.delete(`badges/${encodeURIComponent(badge.id)}`);
      return () => {
        desk.tell(words.say("badge_was_revoked", places));
        return desk.refresh();
      };
    },
  });
}

/** Gives a person a badge: by the number printed on it, or by a tap at a kiosk. */
export function giveBadge(desk, { kiosks }, whose, person) {
  const { words } = desk;
  const given = () => {
    dialog.close();
    desk.tell(words.say("badge_given", { name: person.name }));
    return desk.refresh();
  };
  const byNumber = new Form(words, {
    collection: "badges",
    fields: [{ pointer: "/number", label: "badge_number", kind: "id", hint: "badge_number_hint" }],
    submitWords: words.say("give_badge"),
    submit: async (body) => {
      await desk.api.post("badges", { ...body, [whose]: person.id });
      await given();
    },
  });
  const tap = new Tap(desk, { kiosks, whose, person, given });
  const dialog = openDialog(
    words.say("badge_title", { name: person.name, id: person.id }),
    [
      part(words.say("badge_by_number"), byNumber.element),
      part(words.say("badge_by_tap"), tap.element),
      make("div", { class: "buttons" }, button(words.say("close"), () => dialog.close())),
    ],
    { onClose: () => tap.leave() },
  );
  byNumber.focus();
}

function part(title, content) {
  const id = newId();
  return make("section", { class: "part", "aria-labelledby": id }, make("h3", { id }, title), content);
}

/** Waits for a tap; ends the waiting where the office leaves before it. */
class Tap {
  #desk;
  #wish;
  #given;
  #waiting = null;
  #isLeft = false;
  #told = make("p", { role: "status" });
  #seconds = make("p", { class: "seconds", "aria-hidden": "true" });

  constructor(desk, { kiosks, whose, person, given }) {
    const { words } = desk;
    this.#desk = desk;
    this.#wish = { [whose]: person.id, within_seconds: WAIT_SECONDS };
    this.#given = given;
    if (kiosks.length === 0) {
      this.element = make("p", { class: "warning" }, words.say("kiosk_first"));
      return;
    }
    const named = (kiosk) => (kiosk.connected ? kiosk.id : words.say("kiosk_away", { kiosk: kiosk.id }));
    const reachableFirst = [...kiosks].sort((a, b) => Number(b.connected) - Number(a.connected));
    const options = reachableFirst.map((kiosk) => [kiosk.id, named(kiosk)]);
    const form = new Form(words, {
      fields: [{ pointer: "/kiosk", label: "tap_kiosk", kind: "select", options }],
      submitWords: words.say("tap_start"),
      submit: (body) => this.#start(body.kiosk),
    });
    this.element = make("div", {}, form.element, make("div", { class: "tap" }, this.#told, this.#seconds));
  }

  async #start(kiosk) {
    const { words } = this.#desk;
    this.#told.textContent = "";
    const begun = await this.#desk.api.post("enrolments", { ...this.#wish, kiosk });
    if (this.#isLeft) return this.#withdraw(begun);
    this.#waiting = begun;
    this.#told.textContent = words.say("tap_now", { kiosk });
    const endsAt = performance.now() + WAIT_SECONDS * 1_000;
    while (this.#waiting?.state === "waiting") {
      this.#seconds.textContent = words.number(Math.max(0, Math.ceil((endsAt - performance.now()) / 1_000)));
      await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY_MS); });
      await this.#look();
    }
    const ended = this.#waiting;
    this.#waiting = null;
    this.#seconds.textContent = "";
    if (ended?.state === "enrolled") await this.#given();
    else if (ended) this.#tellEnd(`tap_${ended.state}`, { kiosk }, ended.detail);
  }

  async #look() {
    if (!this.#waiting) return;
    const { id } = this.#waiting;
    try {
      const seen = await this.#desk.api.get(`enrolments/${id}`);
      if (this.#waiting) this.#waiting = seen;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      // The service may be away for a moment; a restarted one knows the enrolment no more.
      if (problem.status === 0) return;
      this.#waiting = null;
      this.#told.textContent = "";
      this.#seconds.textContent = "";
      throw problem;
    }
  }

  #tellEnd(key, places, detail = null) {
    this.#told.replaceChildren(this.#desk.words.say(key, places));
    if (detail) this.#told.append(" ", make("bdi", { lang: "en", dir: "ltr" }, detail));
  }

  /** No badge is given once the office looks elsewhere. */
  leave() {
    this.#isLeft = true;
    const left = this.#waiting;
    this.#waiting = null;
    if (left) this.#withdraw(left);
  }

  /** Where the badge was tapped just before, the office is told all the same. */
  async #withdraw({ id }) {
    try {
      const ended = await this.#desk.api.delete(`enrolments/${id}`);
      if (ended.state === "enrolled") await this.#given();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
    }
  }
}
