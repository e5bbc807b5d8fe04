// The desk: who is signed in, in which language, at which facility, looking at which view.
// Everything that it shows and does goes through the admin API.

import { Words } from "/web/words.js";
import { Api, Problem } from "./api.js";
import { bookings } from "./bookings.js";
import { refreshButton } from "./collection.js";
import { button, make } from "./dom.js";
import { fleet } from "./fleet.js";
import { explain, Form } from "./form.js";
import { introductions } from "./introductions.js";
import { inmates, staff } from "./people.js";
import { facilities, kiosks, rooms } from "./places.js";
import { changes, connectors } from "./records.js";

const CREDENTIAL = "muwajaha-office-credential";
const LANGUAGE = "muwajaha-office-language";
const LANGUAGES = ["ar", "ckb", "en"];
const TOLD_FOR_MS = 8_000;
const FALLBACK_ZONE = "Asia/Baghdad";
const ALL = [bookings, inmates, staff, kiosks, introductions, fleet, rooms, facilities, connectors, changes];
const VIEWS = new Map(ALL.map((view) => [view.name, view]));

const at = (id) => document.getElementById(id);

class Desk {
  words = null;
  api = null;
  facilities = [];
  facility = null;
  showsRevoked = false;
  #view = null;
  #asked = 0;
  #silence = null;

  get zone() {
    return this.facility?.policy.zone ?? FALLBACK_ZONE;
  }

  /** Says something at the foot of the page for a while, also to a screen reader. */
  tell(words) {
    clearTimeout(this.#silence);
    at("told").textContent = words;
    this.#silence = setTimeout(() => { at("told").textContent = ""; }, TOLD_FOR_MS);
  }

  /** Comes in with a credential; throws where it opens nothing. */
  async signIn(credential) {
    if (!/^[\x21-\x7e]+$/.test(credential)) throw refusedCredential();
    const api = new Api(credential);
    this.facilities = await api.list("facilities");
    this.api = api;
    sessionStorage.setItem(CREDENTIAL, credential);
    this.enter(this.facility?.id);
  }

  signOut() {
    sessionStorage.removeItem(CREDENTIAL);
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    this.api = null;
    this.facilities = [];
    this.facility = null;
    this.#asked += 1;
    this.tell("");
    drawSignIn();
  }

  /** Works at this facility from now on, or at the first where it takes no part. */
  enter(id) {
    const active = this.facilities.filter((facility) => !facility.revoked);
    this.facility = active.find((facility) => facility.id === id) ?? active[0] ?? null;
    drawPlace();
  }

  /** Opens the view that the address names. */
  async open() {
    const named = VIEWS.get(location.hash.slice(1));
    this.#view = named ?? (this.facility ? bookings : facilities);
    this.tell("");
    await this.refresh();
    at("title")?.focus();
  }

  /** Fetches and draws the view again; the focus goes to what is marked `data-focus` so. */
  async refresh({ focus = null } = {}) {
    const view = this.#view;
    this.#asked += 1;
    const asked = this.#asked;
    await this.attempt(async () => {
      this.facilities = await this.api.list("facilities");
      if (asked !== this.#asked) return;
      this.enter(this.facility?.id);
      const data = view.needsFacility && !this.facility ? null : await view.open(this);
      if (asked === this.#asked) this.show(view, data);
    });
    if (asked !== this.#asked || document.querySelector("dialog")) return;
    const marked = focus && document.querySelector(`[data-focus="${focus}"]`);
    if (marked) marked.focus();
    else if (document.activeElement === document.body) at("title")?.focus();
  }

  /** Draws `view` with `data`; null stands for a facility that is missing. */
  show(view, data) {
    document.body.dataset.state = view.name;
    document.title = `${this.words.say(view.name)} – ${this.words.say("brand")}`;
    for (const link of document.querySelectorAll("#views a")) {
      if (link.hash === `#${view.name}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const title = make("h1", { id: "title", tabindex: -1 }, this.words.say(view.name));
    const missing = () => [make("p", { class: "warning" }, this.words.say("facility_first"))];
    at("main").replaceChildren(
      make("div", { class: "head" }, title, refreshButton(this)),
      make("div", { class: "columns" }, data === null ? missing() : view.draw(this, data)),
    );
  }

  /** Does something whose problem, if there is one, is the whole page's. */
  async attempt(action) {
    try {
      await action();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status === 401) return this.signOut();
      const line = make("p", { class: "problem", role: "alert" }, explain(this.words, problem));
      const again = button(this.words.say("refresh"), () => this.refresh());
      at("main").replaceChildren(make("div", { class: "card" }, line, again));
    }
  }
}

const refusedCredential = () => new Problem({ status: 401, code: "unknown-credential", field: "/credential" });

const desk = new Desk();

function drawPlace() {
  const options = desk.facilities.filter((facility) => !facility.revoked);
  at("place").hidden = !desk.api || options.length === 0;
  at("facility").replaceChildren(...options.map((facility) => {
    return make("option", { value: facility.id, selected: facility.id === desk.facility?.id }, facility.name);
  }));
}

function drawFrame() {
  const isIn = desk.api !== null;
  at("views").hidden = !isIn;
  at("sign-out").hidden = !isIn;
  drawPlace();
}

function drawSignIn() {
  drawFrame();
  const { words } = desk;
  document.body.dataset.state = "signed-out";
  document.title = words.say("brand");
  const form = new Form(words, {
    fields: [{ pointer: "/credential", label: "credential_admin", kind: "secret", hint: "credential_admin_hint" }],
    submitWords: words.say("sign_in"),
    submit: async ({ credential }) => {
      try {
        await desk.signIn(credential);
      } catch (problem) {
        throw problem.status === 401 ? refusedCredential() : problem;
      }
      drawFrame();
      await desk.open();
    },
  });
  const title = make("h1", { id: "title" }, words.say("sign_in_title"));
  at("main").replaceChildren(make("section", { class: "card sign-in" }, title, form.element));
  form.focus();
}

async function speak(language) {
  const response = await fetch(`/office/${language}.json`);
  if (!response.ok) throw new Error(`words of ${language} not available: ${response.status}`);
  desk.words = new Words(language, await response.json());
  localStorage.setItem(LANGUAGE, language);
  document.documentElement.lang = language;
  document.documentElement.dir = desk.words.direction;
  for (const element of document.querySelectorAll("[data-words]")) {
    element.textContent = desk.words.say(element.dataset.words);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", desk.words.say(element.dataset.label));
  }
  for (const choice of document.querySelectorAll("[data-language]")) {
    choice.setAttribute("aria-pressed", String(choice.dataset.language === language));
  }
  desk.tell("");
}

async function begin() {
  const remembered = localStorage.getItem(LANGUAGE);
  await speak(LANGUAGES.includes(remembered) ? remembered : LANGUAGES[0]);
  const credential = sessionStorage.getItem(CREDENTIAL);
  if (credential) await desk.attempt(() => desk.signIn(credential));
  if (!desk.api) return drawSignIn();
  drawFrame();
  await desk.open();
}

for (const choice of document.querySelectorAll("[data-language]")) {
  choice.addEventListener("click", async () => {
    await speak(choice.dataset.language);
    if (desk.api) await desk.refresh();
    else drawSignIn();
  });
}
at("facility").addEventListener("change", () => {
  desk.enter(at("facility").value);
  desk.refresh();
});
at("sign-out").addEventListener("click", () => desk.signOut());
window.addEventListener("hashchange", () => {
  if (desk.api) desk.open();
});

begin();
