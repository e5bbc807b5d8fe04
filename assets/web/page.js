// Joins the parts: events go through the reducer, its effects are run here, the state is drawn.

import { Call } from "./call.js";
import { Devices } from "./devices.js";
import { LevelMeter } from "./level.js";
import { redeem, Signalling } from "./signalling.js";
import { firstState, isJoined, reduce } from "./state.js";
import { lookAround, preferredLanguage } from "./surroundings.js";
import { View } from "./view.js";
import { loadWords } from "./words.js";

const QUIET_BELOW = 8;
const QUIET_FOR = 5_000;

const token = location.hash.slice(1);
const remote = document.getElementById("remote");
const self = document.getElementById("self");
const level = document.getElementById("level");

let state = firstState(preferredLanguage());
let words = null;
let own = new MediaStream();
let instance = newInstance();
let lastReply = null;
let wakeLock = null;
let audibleAt = 0;
let lastFigures = { peer: null, bytes: 0, frames: 0, bytesAt: 0, framesAt: 0 };

const view = new View();
const devices = new Devices(dispatch);
const meter = new LevelMeter();
const signalling = new Signalling(dispatch);
const call = new Call(dispatch, (stream) => {
  remote.srcObject = stream;
  if (stream) remote.play().catch(() => {});
});

function newInstance() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function dispatch(event) {
  const next = reduce(state, { now: performance.now(), ...event });
  state = next.state;
  for (const effect of next.effects) run(effect);
  draw();
}

function draw() {
  if (words) view.draw(state, words, own);
}

function run(effect) {
  switch (effect.do) {
    case "redeem":
      runRedeem();
      return;
    case "new_instance":
      instance = newInstance();
      return;
    case "load_words":
      changeWords(effect.language);
      return;
    case "ask_devices":
      devices.ask();
      return;
    case "release_devices":
      devices.release();
      showOwnPicture();
      return;
    case "set_sending":
      devices.setSending(effect.muted, effect.cameraOff);
      call.replaceTracks(devices.tracks());
      showOwnPicture();
      return;
    case "open_socket":
      signalling.open(lastReply.socket_token);
      return;
    case "close_socket":
      signalling.close();
      return;
    case "send":
      signalling.send(effect.message);
      return;
    case "open_connection":
      call.open(effect.connection, effect.sdp, effect.keep, configuration(), devices.tracks());
      return;
    case "add_candidate":
      call.addCandidate(effect.connection, effect.candidate, effect.mediaLineIndex);
      return;
    case "show_connection":
      call.showOnly(effect.connection);
      return;
    case "close_connections":
      call.closeAll();
      return;
    case "keep_awake":
      keepAwake();
      return;
    case "let_sleep":
      wakeLock?.release().catch(() => {});
      wakeLock = null;
      return;
    default:
      throw new Error(`no such effect: ${effect.do}`);
  }
}

async function runRedeem() {
  const asked = instance;
  const outcome = await redeem(token, asked);
  if (asked !== instance) return;
  if (outcome.reply) {
    lastReply = outcome.reply;
    dispatch({ type: "redeemed", reply: outcome.reply });
  } else if (outcome.failure) {
    dispatch({ type: "redeem_failed", reason: outcome.failure, retryAfter: outcome.retryAfter, chance: Math.random() });
  } else {
    dispatch({ type: "redeem_refused", code: outcome.code });
  }
}

async function changeWords(language) {
  try {
    const loaded = await loadWords(language);
    if (state.language !== language) return;
    words = loaded;
    draw();
  } catch {
    if (!words) setTimeout(() => changeWords(state.language), 2_000);
  }
}

function configuration() {
  return {
    iceServers: lastReply.ice_servers,
    iceTransportPolicy: lastReply.ice_transport_policy,
    bundlePolicy: "max-bundle",
  };
}

function showOwnPicture() {
  const picture = devices.ownPicture();
  own = picture ?? new MediaStream();
  self.srcObject = picture;
  if (picture) self.play().catch(() => {});
  meter.listen(devices.microphone());
  audibleAt = performance.now();
}

async function keepAwake() {
  try {
    wakeLock = await navigator.wakeLock?.request("screen");
  } catch {
    wakeLock = null;
  }
}

/** A tap lets sound play later, when the picture arrives by itself. */
function unlockSound() {
  remote.play().catch(() => {});
}

async function copyLink() {
  const done = document.getElementById("copy-link");
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    const field = document.createElement("input");
    field.value = location.href;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  done.textContent = words.say("copied_link");
}

async function watchMedia() {
  const figures = await call.figures();
  const now = performance.now();
  if (!figures || figures.peer !== lastFigures.peer) {
    lastFigures = { peer: figures?.peer ?? null, bytes: 0, frames: 0, bytesAt: now, framesAt: now };
    return;
  }
  if (figures.bytes !== lastFigures.bytes) lastFigures.bytesAt = now;
  if (figures.frames !== lastFigures.frames) lastFigures.framesAt = now;
  lastFigures.bytes = figures.bytes;
  lastFigures.frames = figures.frames;
  dispatch({
    type: "silence",
    carriedNothingFor: now - lastFigures.bytesAt,
    framesStoodFor: lastFigures.frames === 0 ? 0 : now - lastFigures.framesAt,
  });
}

function watchLevel() {
  if (state.devices.microphone !== "ok") return;
  const now = performance.now();
  const loud = meter.read();
  level.value = loud;
  if (loud >= QUIET_BELOW) audibleAt = now;
  const tooQuiet = now - audibleAt > QUIET_FOR;
  if (tooQuiet !== state.tooQuiet) dispatch({ type: "loudness", tooQuiet });
}

function watchClock() {
  let last = { steady: performance.now(), civil: Date.now() };
  return () => {
    const seen = { steady: performance.now(), civil: Date.now() };
    const by = Math.abs(seen.civil - last.civil - (seen.steady - last.steady));
    last = seen;
    if (by > 1_000) dispatch({ type: "clock_jumped", by });
    dispatch({ type: "tick" });
  };
}

function listen() {
  const on = (id, type, more) => document.getElementById(id).addEventListener("click", () => {
    more?.();
    dispatch({ type });
  });
  on("join", "join_pressed", unlockSound);
  on("without", "without_pressed", unlockSound);
  on("take-back", "take_back_pressed", unlockSound);
  on("leave", "leave_pressed");
  on("mute", "mute_pressed");
  on("camera", "camera_pressed");
  on("hangup", "hangup_pressed");
  on("hangup-yes", "hangup_confirmed");
  on("hangup-no", "dialog_closed");
  on("retry", "retry_pressed");
  on("go-on", "go_on_pressed");
  document.getElementById("copy-link").addEventListener("click", copyLink);
  document.getElementById("check").addEventListener("click", () => {
    const { status, camera, microphone } = state.devices;
    const isFine = status === "on" && camera === "ok" && microphone === "ok";
    dispatch({ type: isFine ? "check_stopped" : "check_pressed" });
  });
  document.getElementById("hangup-dialog").addEventListener("close", () => {
    if (state.dialog !== null) dispatch({ type: "dialog_closed" });
  });
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => dispatch({ type: "language_chosen", language: button.dataset.language }));
  }
  addEventListener("online", () => dispatch({ type: "network_changed", online: true }));
  addEventListener("offline", () => dispatch({ type: "network_changed", online: false }));
  addEventListener("hashchange", () => location.reload());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && isJoined(state)) keepAwake();
  });
  setInterval(watchClock(), 250);
  setInterval(watchMedia, 1_000);
  setInterval(watchLevel, 100);
}

listen();
await changeWords(state.language);
dispatch({ type: "started", token, ...lookAround() });
