// The visit as this page knows it: pure. `reduce` takes the state and one event and gives the next
// state and the effects to run; it reads no clock, opens nothing and touches no document.
//
// phase (also `body[data-state]`):
//   opening ─► lobby ─► asking ─► waiting ─► connecting ─► in_call ⇄ reconnecting ─► ended
//   opening ─► offline (tries again) | messenger | too_old | refused;   any joined phase ─► taken_over
//
// Every event carries `now`: milliseconds of the page's own steady clock.

import { clearHealing, heal, newHealing, onConnection, onMessage, onSilence } from "./healing.js";

const REDEEM_AGAIN_AFTER = 60_000;
const STALE_CLOCK = 3_000;
const JOINED = new Set(["waiting", "connecting", "in_call", "reconnecting"]);

/** The state before anything happened. */
export function firstState(language) {
  return {
    phase: "opening",
    reason: null,
    language,
    languageChosen: false,
    visit: null,
    redeemedAt: null,
    clockOffset: null,
    redeem: { running: false, failures: 0, againAt: null, then: null },
    devices: { status: "off", camera: "unknown", microphone: "unknown" },
    muted: false,
    cameraOff: false,
    online: true,
    socket: { status: "closed", failures: 0, againAt: null },
    peer: null,
    call: newHealing(),
    frozen: false,
    tooQuiet: false,
    dialog: null,
    now: 0,
  };
}

/** Whether the visitor has joined and the visit is not over. */
export const isJoined = (state) => JOINED.has(state.phase);

/** The service's clock in UTC milliseconds; null before it was heard. */
export const serviceTime = (state) => (state.clockOffset === null ? null : state.now + state.clockOffset);

/** The next state and the effects of one event. */
export function reduce(before, event) {
  const state = structuredClone(before);
  state.now = Math.max(state.now, event.now);
  const effects = [];
  handle(state, event, (effect) => effects.push(effect));
  return { state, effects };
}

function handle(state, event, effect) {
  switch (event.type) {
    case "started":
      if (!event.token) return refuse(state, "unknown-link");
      if (event.obstacle) {
        state.phase = event.obstacle;
        state.reason = event.obstacleName;
        return undefined;
      }
      return redeem(state, effect, null);
    case "go_on_pressed":
      return redeem(state, effect, null);
    case "retry_pressed":
      state.redeem.failures = 0;
      if (!state.visit) state.phase = "opening";
      return redeem(state, effect, state.redeem.then);
    case "redeemed":
      return redeemed(state, event.reply, effect);
    case "redeem_refused":
      return redeemRefused(state, event.code, effect);
    case "redeem_failed":
      return redeemFailed(state, event);
    case "language_chosen":
      state.language = event.language;
      state.languageChosen = true;
      return effect({ do: "load_words", language: event.language });

    case "check_pressed":
      return askDevices(state, effect);
    case "check_stopped":
      state.devices = { status: "off", camera: "unknown", microphone: "unknown" };
      return effect({ do: "release_devices" });
    case "devices_settled":
      return devicesSettled(state, event, effect);
    case "join_pressed":
      if (state.phase !== "lobby") return undefined;
      if (state.devices.status === "on") return enter(state, effect);
      state.phase = "asking";
      return askDevices(state, effect);
    case "without_pressed":
      return state.phase === "asking" ? enter(state, effect) : undefined;
    case "leave_pressed":
      return leave(state, effect);
    case "take_back_pressed":
      if (state.phase !== "taken_over") return undefined;
      state.phase = "asking";
      effect({ do: "new_instance" });
      state.redeemedAt = null;
      return askDevices(state, effect);
    case "mute_pressed":
      state.muted = !state.muted;
      return effect({ do: "set_sending", muted: state.muted, cameraOff: state.cameraOff });
    case "camera_pressed":
      state.cameraOff = !state.cameraOff;
      return effect({ do: "set_sending", muted: state.muted, cameraOff: state.cameraOff });
    case "hangup_pressed":
      if (isJoined(state)) state.dialog = "hangup";
      return undefined;
    case "dialog_closed":
      state.dialog = null;
      return undefined;
    case "hangup_confirmed":
      state.dialog = null;
      if (!isJoined(state)) return undefined;
      effect({ do: "send", message: { type: "bye" } });
      return finish(state, effect, "ended", "you_left");

    case "socket_opened":
      state.socket = { status: "open", failures: 0, againAt: null };
      return undefined;
    case "socket_closed":
      return socketClosed(state, event);
    case "socket_received":
      return isJoined(state) ? socketReceived(state, event.message, effect) : undefined;
    case "connection_changed":
      if (isJoined(state)) onConnection(state, event, effect);
      return undefined;
    case "call_says":
      return isJoined(state) ? effect({ do: "send", message: event.message }) : undefined;
    case "silence":
      state.frozen = event.framesStoodFor >= 3_000;
      if (isJoined(state)) onSilence(state, event, effect);
      return undefined;
    case "loudness":
      state.tooQuiet = event.tooQuiet;
      return undefined;

    case "network_changed":
      state.online = event.online;
      if (!event.online) return undefined;
      if (state.phase === "offline") return redeem(state, effect, state.redeem.then);
      return isJoined(state) ? reopenSocket(state, effect) : undefined;
    case "clock_jumped":
      if (event.by < STALE_CLOCK) return undefined;
      if (isJoined(state)) return reopenSocket(state, effect);
      return state.phase === "lobby" ? redeem(state, effect, null) : undefined;
    case "tick":
      return tick(state, effect);
    default:
      return undefined;
  }
}

/** Trying again by itself, an offline page stays as it is: no flicker, and the button keeps its focus. */
function redeem(state, effect, then) {
  if (!state.visit && state.phase !== "offline") state.phase = "opening";
  state.redeem.running = true;
  state.redeem.againAt = null;
  state.redeem.then = then;
  effect({ do: "redeem" });
}

function redeemed(state, reply, effect) {
  const first = state.visit === null;
  const then = state.redeem.then;
  state.redeem = { running: false, failures: 0, againAt: null, then: null };
  state.redeemedAt = state.now;
  state.clockOffset = reply.now_ms - state.now;
  state.visit = {
    visitor: reply.visitor,
    inmate: reply.inmate,
    facility: reply.facility,
    zone: reply.zone,
    startsAt: reply.starts_at_ms,
    endsAt: reply.ends_at_ms,
    supervised: reply.supervised,
  };
  if (first && !state.languageChosen && reply.language !== state.language) {
    state.language = reply.language;
    effect({ do: "load_words", language: reply.language });
  }
  if (state.phase === "opening" || state.phase === "offline") state.phase = "lobby";
  if (then === "open_socket" && isJoined(state)) openSocket(state, effect);
}

function redeemRefused(state, code, effect) {
  if (code === "visit-ended") return finish(state, effect, "ended", whyEnded(state));
  return finish(state, effect, "refused", code);
}

/** Over by the clock, or before its time by the facility's hand; unknown to a page opened afterwards. */
function whyEnded(state) {
  if (!state.visit) return null;
  return serviceTime(state) >= state.visit.endsAt - 2_000 ? "time_over" : "by_facility";
}

function redeemFailed(state, event) {
  state.redeem.running = false;
  state.redeem.failures += 1;
  state.redeem.againAt = state.now + (event.retryAfter ?? backoff(state.redeem.failures, event.chance));
  if (!isJoined(state) && state.phase !== "asking" && !state.visit) {
    state.phase = "offline";
    state.reason = event.reason;
  }
}

function askDevices(state, effect) {
  state.devices.status = "asking";
  effect({ do: "ask_devices" });
}

function devicesSettled(state, event, effect) {
  if (!isJoined(state) && state.phase !== "lobby" && state.phase !== "asking") {
    return effect({ do: "release_devices" });
  }
  const microphoneCame = state.devices.microphone !== "ok" && event.microphone === "ok";
  state.devices = { status: "on", camera: event.camera, microphone: event.microphone };
  effect({ do: "set_sending", muted: state.muted, cameraOff: state.cameraOff });
  if (state.phase === "asking") return enter(state, effect);
  if (isJoined(state) && state.call.live && microphoneCame) heal(state, effect);
  return undefined;
}

function enter(state, effect) {
  state.phase = "waiting";
  state.reason = null;
  state.call = newHealing();
  state.peer = null;
  state.frozen = false;
  effect({ do: "keep_awake" });
  if (state.redeemedAt === null || state.now - state.redeemedAt > REDEEM_AGAIN_AFTER) {
    redeem(state, effect, "open_socket");
  } else {
    openSocket(state, effect);
  }
}

function leave(state, effect) {
  if (state.phase !== "waiting" && state.phase !== "asking") return;
  state.phase = "lobby";
  state.redeemedAt = null;
  state.peer = null;
  closeAll(state, effect);
  effect({ do: "new_instance" });
}

function refuse(state, code) {
  state.phase = "refused";
  state.reason = code;
}

function finish(state, effect, phase, reason) {
  state.phase = phase;
  state.reason = reason;
  state.dialog = null;
  state.peer = null;
  closeAll(state, effect);
}

function closeAll(state, effect) {
  state.socket = { status: "closed", failures: 0, againAt: null };
  state.redeem = { running: false, failures: 0, againAt: null, then: null };
  clearHealing(state);
  state.devices = { status: "off", camera: "unknown", microphone: "unknown" };
  effect({ do: "close_socket" });
  effect({ do: "close_connections" });
  effect({ do: "release_devices" });
  effect({ do: "let_sleep" });
}

function openSocket(state, effect) {
  state.socket.status = "opening";
  state.socket.againAt = null;
  effect({ do: "open_socket" });
}

function reopenSocket(state, effect) {
  if (state.redeem.running) return;
  state.redeem.againAt = null;
  openSocket(state, effect);
}

function socketClosed(state, event) {
  if (!isJoined(state)) return;
  state.socket.status = "closed";
  state.socket.failures += 1;
  state.socket.againAt = state.now + backoff(state.socket.failures, event.chance);
}

function socketReceived(state, message, effect) {
  switch (message.type) {
    case "snapshot":
      state.clockOffset = message.now - state.now;
      state.visit.startsAt = message.not_before;
      state.visit.endsAt = message.ends_at;
      return onMessage(state, message, effect);
    case "ended":
      return finish(state, effect, "ended", whyEnded(state));
    case "taken_over":
      return finish(state, effect, "taken_over", null);
    case "bye":
      return finish(state, effect, "ended", whyEnded(state) === "time_over" ? "time_over" : "they_left");
    default:
      return onMessage(state, message, effect);
  }
}

function tick(state, effect) {
  if (state.redeem.againAt !== null && state.now >= state.redeem.againAt) {
    redeem(state, effect, state.redeem.then);
  }
  if (!state.visit) return;
  const over = serviceTime(state) >= state.visit.endsAt;
  if (over && (isJoined(state) || state.phase === "lobby" || state.phase === "asking")) {
    finish(state, effect, "ended", "time_over");
    return;
  }
  if (!isJoined(state)) return;
  if (state.socket.againAt !== null && state.now >= state.socket.againAt) {
    if (state.socket.failures >= 2) {
      state.socket.againAt = null;
      redeem(state, effect, "open_socket");
    } else {
      openSocket(state, effect);
    }
  }
  if (onSilence(state, { carriedNothingFor: 0 }, effect) === "reopen") reopenSocket(state, effect);
}

function backoff(failures, chance) {
  const ceiling = Math.min(8_000, 500 * 2 ** (failures - 1));
  return ceiling * (0.5 + 0.5 * chance);
}
