// The connections of one call: which offer is the newest, which connection carries, and when a new
// one is asked for. Pure; a part of the reducer. The kiosk offers, so healing means `renew_wanted`.

const DISCONNECTED_FOR = 4_000;
const CONNECT_WITHIN = 10_000;
const ASK_AGAIN_AFTER = 5_000;
const CARRIED_NOTHING_FOR = 6_000;

/** No connection yet. `newest` and `live` are the kiosk's numbers; 0 is none. */
export const newHealing = () => ({ newest: 0, live: 0, offeredAt: null, lostAt: null, askedAt: null, hadPicture: false });

/** Forgets all connections. */
export function clearHealing(state) {
  state.call = newHealing();
}

/** Takes a signalling message that is about peers and connections. */
export function onMessage(state, message, effect) {
  switch (message.type) {
    case "snapshot":
      peerIs(state, message.peer, effect);
      if (state.call.askedAt !== null) heal(state, effect);
      return;
    case "peer_changed":
      peerIs(state, message.peer, effect);
      return;
    case "offer":
      offered(state, message, effect);
      return;
    case "candidate":
      effect({
        do: "add_candidate",
        connection: message.connection,
        candidate: message.candidate,
        mediaLineIndex: message.media_line_index,
      });
      return;
    default:
      return;
  }
}

function peerIs(state, peer, effect) {
  const isAnother = peer !== null && state.call.peer !== undefined && state.call.peer !== peer;
  state.peer = peer;
  if (isAnother) {
    const { hadPicture } = state.call;
    state.call = { ...newHealing(), hadPicture };
    effect({ do: "close_connections" });
    state.phase = hadPicture ? "reconnecting" : "waiting";
  }
  if (peer !== null) state.call.peer = peer;
}

function offered(state, message, effect) {
  const { call } = state;
  if (message.connection <= call.newest) return;
  call.newest = message.connection;
  call.offeredAt = state.now;
  call.lostAt = null;
  call.askedAt = null;
  effect({ do: "open_connection", connection: message.connection, sdp: message.sdp, keep: call.live });
  if (!call.live) state.phase = call.hadPicture ? "reconnecting" : "connecting";
}

/** Takes a change of one connection. */
export function onConnection(state, { connection, to }, effect) {
  const { call } = state;
  if (connection !== call.newest && connection !== call.live) return;
  switch (to) {
    case "connected":
      call.lostAt = null;
      if (connection !== call.newest) return;
      call.live = connection;
      call.offeredAt = null;
      call.askedAt = null;
      call.hadPicture = true;
      state.phase = "in_call";
      effect({ do: "show_connection", connection });
      return;
    case "disconnected":
      if (connection === call.live && call.lostAt === null) call.lostAt = state.now;
      return;
    case "failed":
      if (connection === call.live) dropped(state);
      if (connection === call.newest) heal(state, effect);
      return;
    default:
      return;
  }
}

function dropped(state) {
  state.call.live = 0;
  state.call.lostAt = null;
  state.phase = "reconnecting";
}

/** Asks the kiosk for a new connection. */
export function heal(state, effect) {
  state.call.askedAt = state.now;
  if (state.call.newest) effect({ do: "send", message: { type: "renew_wanted", connection: state.call.newest } });
}

/** Looks at the clock, and at how long nothing arrived; "reopen" asks for a fresh socket. */
export function onSilence(state, { carriedNothingFor }, effect) {
  const { call } = state;
  const isLost = call.lostAt !== null && state.now - call.lostAt > DISCONNECTED_FOR;
  const isMute = call.live !== 0 && call.live === call.newest && carriedNothingFor > CARRIED_NOTHING_FOR;
  if (isLost || (isMute && call.askedAt === null)) {
    dropped(state);
    heal(state, effect);
    return undefined;
  }
  if (call.offeredAt !== null && state.now - call.offeredAt > CONNECT_WITHIN) {
    call.offeredAt = null;
    heal(state, effect);
    return undefined;
  }
  if (call.askedAt !== null && state.now - call.askedAt > ASK_AGAIN_AFTER) {
    heal(state, effect);
    return "reopen";
  }
  return undefined;
}
