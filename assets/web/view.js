// Draws the state into the document. It decides nothing about the visit: every element's text and
// whether it is shown follow from the state and the words alone.

import { countdown, day, ownZone, ownZoneDiffers, timeOfDay } from "./clock.js";
import { isJoined, serviceTime } from "./state.js";

const MESSAGE_PHASES = new Set(["opening", "offline", "messenger", "too_old", "refused", "ended", "taken_over"]);
const CALL_PHASES = new Set(["connecting", "in_call", "reconnecting"]);
const at = (id) => document.getElementById(id);

export class View {
  #drawn = { phase: null, language: null, alarm: "", devices: "" };

  /** Draws `state`; `own` is what the visitor sees of themselves. */
  draw(state, words, own) {
    this.#language(words);
    const phaseChanged = this.#drawn.phase !== state.phase;
    document.body.dataset.state = state.phase;
    document.body.dataset.reason = state.reason ?? "";
    document.body.dataset.camera = state.devices.camera;
    at("without-script").hidden = true;
    at("languages").hidden = false;
    const isMessage = MESSAGE_PHASES.has(state.phase);
    at("message").hidden = !isMessage;
    at("visit").hidden = isMessage;
    document.body.dataset.screen = isMessage ? "message" : CALL_PHASES.has(state.phase) ? "call" : "room";
    if (isMessage) drawMessage(state, words);
    else drawVisit(state, words, own);
    this.#dialog(state);
    this.#alarm(alarmOf(state, words));
    document.title = words.compose("title", { state: words.say(`title_${state.phase}`) });
    if (phaseChanged) {
      this.#moveFocus(state);
      scrollTo(0, 0);
    }
    this.#drawn.phase = state.phase;
    this.#showCheck(state);
  }

  #language(words) {
    if (this.#drawn.language === words.language) return;
    this.#drawn.language = words.language;
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.direction;
    for (const element of document.querySelectorAll("[data-words]")) text(element, words.say(element.dataset.words));
    for (const element of document.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", words.say(element.dataset.label));
    }
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === words.language));
    }
  }

  #dialog(state) {
    const dialog = at("hangup-dialog");
    if (state.dialog === "hangup" && !dialog.open) dialog.showModal();
    if (state.dialog !== "hangup" && dialog.open) dialog.close();
  }

  #alarm(words) {
    if (this.#drawn.alarm === words) return;
    this.#drawn.alarm = words;
    at("alarm").textContent = words;
  }

  /** Focus follows the screen only where the focused button went away, and at first. */
  #moveFocus(state) {
    const isFirst = this.#drawn.phase === null;
    const focused = document.activeElement;
    const isLost = !focused || focused === document.body || focused.getClientRects().length === 0;
    if (isFirst || !isLost) return;
    at(MESSAGE_PHASES.has(state.phase) ? "message-title" : "visit-title").focus();
  }

  /** Who asked for the check sees picture and meter without searching for them. */
  #showCheck(state) {
    const { status } = state.devices;
    if (this.#drawn.devices === status) return;
    this.#drawn.devices = status;
    if (status === "on" && state.phase === "lobby") at("check-result").scrollIntoView({ block: "nearest" });
  }
}

function text(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function show(id, isShown) {
  at(id).hidden = !isShown;
}

function drawMessage(state, words) {
  const key = messageKey(state, words);
  text(at("message-title"), words.say(`${key}_title`));
  text(at("message-text"), words.say(`${key}_text`, { messenger: state.reason ?? "" }));
  const steps = words.list(`${key}_steps`);
  const list = at("message-steps");
  if (list.dataset.drawn !== `${words.language} ${key}`) {
    list.dataset.drawn = `${words.language} ${key}`;
    list.replaceChildren(...steps.map((step) => {
      const item = document.createElement("li");
      item.textContent = step;
      return item;
    }));
  }
  list.hidden = steps.length === 0;
  show("copy-link", state.phase === "messenger" || state.phase === "too_old");
  show("go-on", state.phase === "messenger" && Boolean(navigator.mediaDevices?.getUserMedia));
  show("take-back", state.phase === "taken_over");
  show("retry", state.phase === "offline");
}

/** The stem of the message's words: the phase, with its reason where there are words for it. */
function messageKey(state, words) {
  const reason = (state.reason ?? "").replaceAll("-", "_");
  const precise = `${state.phase}_${reason}`;
  if (words.has(`${precise}_title`)) return precise;
  return state.phase === "messenger" && !state.reason ? "messenger_unknown" : state.phase;
}

function drawVisit(state, words, own) {
  const { visit, phase, devices } = state;
  const joined = isJoined(state);
  const talking = CALL_PHASES.has(phase);
  text(at("visit-title"), words.say(talking ? "call_title" : "visit_title", { inmate: visit?.inmate ?? "" }));
  if (visit) drawWhen(visit, words);
  show("supervised", Boolean(visit?.supervised));
  drawCountdown(state, words);
  text(at("status"), statusOf(state, words));

  text(at("remote-words"), remoteWords(state, words));
  const hasOwn = Boolean(own.getVideoTracks().length);
  show("self-frame", devices.status === "on");
  text(at("self-words"), hasOwn ? "" : words.say(state.cameraOff ? "camera_is_off" : "no_own_picture"));
  const checking = devices.status === "on" && !talking;
  show("level-row", checking && devices.microphone === "ok");
  text(at("level-words"), words.say(state.tooQuiet ? "level_quiet" : "level_good"));
  drawTroubles(state, words);

  show("join", phase === "lobby");
  show("without", phase === "asking");
  show("leave", phase === "waiting" || phase === "asking");
  const hasTrouble = devices.status === "on" && (devices.camera !== "ok" || devices.microphone !== "ok");
  show("check", phase === "lobby" || (joined && hasTrouble));
  const checkWords = devices.status === "asking" ? "check_asking" : devices.status === "off" ? "check" : hasTrouble ? "try_again" : "check_stop";
  text(at("check"), words.say(checkWords));
  at("check").disabled = devices.status === "asking";
  drawSwitch("mute", joined && devices.microphone === "ok", state.muted, words, ["mute", "unmute"]);
  drawSwitch("camera", joined && devices.camera === "ok", state.cameraOff, words, ["camera_off", "camera_on"]);
  show("hangup", talking);
  show("privacy", phase === "lobby");
}

function drawSwitch(id, isShown, isOn, words, [offWords, onWords]) {
  show(id, isShown);
  at(id).setAttribute("aria-pressed", String(isOn));
  text(at(id), words.say(isOn ? onWords : offWords));
}

function drawWhen(visit, words) {
  const { zone, startsAt, endsAt } = visit;
  text(at("visit-place"), visit.facility);
  text(at("visit-time"), words.compose("visit_time", {
    day: day(words, zone, startsAt),
    from: timeOfDay(words, zone, startsAt),
    until: timeOfDay(words, zone, endsAt),
  }));
  const differs = ownZoneDiffers(zone, startsAt);
  show("visit-own-time", differs);
  if (differs) {
    text(at("visit-own-time"), words.compose("visit_own_time", {
      day: day(words, ownZone(), startsAt),
      from: timeOfDay(words, ownZone(), startsAt),
    }));
  }
}

function drawCountdown(state, words) {
  const now = serviceTime(state);
  const isShown = state.visit !== null && now !== null;
  show("countdown", isShown);
  if (!isShown) return;
  const begun = now >= state.visit.startsAt;
  text(at("countdown-words"), words.say(begun ? "ends_in" : "starts_in"));
  text(at("countdown-time"), countdown(words, (begun ? state.visit.endsAt : state.visit.startsAt) - now));
  const left = begun ? state.visit.endsAt - now : Infinity;
  at("countdown").dataset.urgency = left <= 60_000 ? "last" : left <= 300_000 ? "soon" : "none";
}

function statusOf(state, words) {
  if (!state.visit) return words.say("status_opening");
  const places = { inmate: state.visit.inmate };
  const left = state.visit.endsAt - serviceTime(state);
  switch (state.phase) {
    case "lobby":
      return state.devices.status === "asking" ? words.say("status_asking") : "";
    case "asking":
      return words.say("status_asking");
    case "waiting":
      if (!state.online) return words.say("status_offline");
      if (state.socket.status !== "open") return words.say("status_reaching");
      if (serviceTime(state) < state.visit.startsAt) return words.say("status_early", places);
      return words.say(state.peer === null ? "status_alone" : "status_peer_there", places);
    case "connecting":
      return words.say("status_connecting", places);
    case "reconnecting":
      return words.say(state.online ? "status_reconnecting" : "status_offline");
    case "in_call":
      if (state.frozen) return words.say("status_frozen");
      if (left <= 60_000) return words.say("status_one_minute");
      if (left <= 300_000) return words.say("status_five_minutes");
      return words.say(state.muted ? "status_muted" : "status_in_call");
    default:
      return "";
  }
}

function remoteWords(state, words) {
  if (state.phase === "in_call") return state.frozen ? words.say("status_frozen") : "";
  return state.phase === "connecting" || state.phase === "reconnecting" ? statusOf(state, words) : "";
}

function troublesOf(state) {
  const { camera, microphone, status } = state.devices;
  if (status !== "on") return [];
  const isTrouble = (name) => name !== "ok" && name !== "unknown";
  if (camera === "refused" && microphone === "refused") return ["both_refused"];
  if (camera === "missing" && microphone === "missing") return ["both_missing"];
  return [
    ...(isTrouble(microphone) ? [`microphone_${microphone}`] : []),
    ...(isTrouble(camera) ? [`camera_${camera}`] : []),
  ];
}

function drawTroubles(state, words) {
  const list = at("device-troubles");
  const troubles = troublesOf(state);
  const drawn = `${words.language} ${troubles.join(" ")}`;
  list.hidden = troubles.length === 0;
  if (list.dataset.drawn === drawn) return;
  list.dataset.drawn = drawn;
  list.replaceChildren(...troubles.map((trouble) => {
    const item = document.createElement("li");
    item.textContent = words.say(trouble);
    return item;
  }));
}

/** What a screen reader must say at once. */
function alarmOf(state, words) {
  const key = messageKey(state, words);
  switch (state.phase) {
    case "refused":
    case "ended":
    case "taken_over":
    case "offline":
    case "messenger":
    case "too_old":
      return words.say(`${key}_title`);
    case "reconnecting":
      return words.say("status_reconnecting");
    default:
      return troublesOf(state).map((trouble) => words.say(trouble)).join(" ");
  }
}
