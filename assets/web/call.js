// The media connections: one RTCPeerConnection an offer, answered with what this phone has. Owns the
// connections and the remote streams; decides nothing: what happens is told through `tell`.

const VIDEO_BITS_A_SECOND = 800_000;
const VIDEO_FRAMES_A_SECOND = 24;

export class Call {
  #connections = new Map();
  #early = new Map();
  #tell;
  #show;

  /** `tell(event)` hears of changes, `show(stream)` gets the picture to show (null for none). */
  constructor(tell, show) {
    this.#tell = tell;
    this.#show = show;
  }

  /** Answers an offer; of the older connections only `keep` stays until the new one carries. */
  async open(number, sdp, keep, configuration, tracks) {
    for (const older of [...this.#connections.keys()]) if (older !== keep) this.#close(older);
    const peer = new RTCPeerConnection(configuration);
    const stream = new MediaStream();
    const entry = { peer, stream, held: [], isReady: false, outgoing: [], isAnswered: false };
    this.#connections.set(number, entry);
    peer.addEventListener("track", ({ track }) => stream.addTrack(track));
    peer.addEventListener("connectionstatechange", () => {
      this.#tell({ type: "connection_changed", connection: number, to: peer.connectionState });
    });
    peer.addEventListener("icecandidate", ({ candidate }) => this.#gathered(number, entry, candidate));
    try {
      await peer.setRemoteDescription({ type: "offer", sdp });
      for (const transceiver of peer.getTransceivers()) await attach(transceiver, tracks);
      await peer.setLocalDescription(await peer.createAnswer());
      if (peer.signalingState === "closed") return;
      this.#tell({ type: "call_says", message: { type: "answer", connection: number, sdp: peer.localDescription.sdp } });
      entry.isAnswered = true;
      for (const message of entry.outgoing.splice(0)) this.#tell({ type: "call_says", message });
      entry.isReady = true;
      for (const candidate of entry.held.splice(0)) await add(peer, candidate);
      for (const candidate of this.#early.get(number) ?? []) await add(peer, candidate);
      this.#early.delete(number);
      await limitSending(peer);
      if (!keep) this.#show(stream);
    } catch {
      if (peer.signalingState !== "closed") {
        this.#tell({ type: "connection_changed", connection: number, to: "failed" });
      }
    }
  }

  #gathered(number, entry, candidate) {
    const message = {
      type: "candidate",
      connection: number,
      media_line_index: candidate?.sdpMLineIndex ?? 0,
      candidate: candidate?.candidate ?? "",
    };
    if (entry.isAnswered) this.#tell({ type: "call_says", message });
    else entry.outgoing.push(message);
  }

  /** A candidate of the kiosk's; held until its offer was taken. */
  async addCandidate(number, candidate, mediaLineIndex) {
    const init = { candidate, sdpMLineIndex: mediaLineIndex };
    const entry = this.#connections.get(number);
    if (!entry) this.#early.set(number, [...(this.#early.get(number) ?? []), init]);
    else if (entry.isReady) await add(entry.peer, init);
    else entry.held.push(init);
  }

  /** Shows this connection and closes all others. */
  showOnly(number) {
    const entry = this.#connections.get(number);
    if (!entry) return;
    this.#show(entry.stream);
    for (const other of [...this.#connections.keys()]) if (other !== number) this.#close(other);
  }

  /** Sends these tracks from now on, without a new offer. */
  async replaceTracks(tracks) {
    for (const { peer } of this.#connections.values()) {
      for (const { sender, receiver } of peer.getTransceivers()) {
        const track = tracks[receiver.track.kind];
        if (sender.track !== track) await sender.replaceTrack(track ?? null).catch(() => {});
      }
    }
  }

  /** Bytes received and frames decoded so far on the newest connection; null without one. */
  async figures() {
    const entry = [...this.#connections.values()].at(-1);
    if (!entry || entry.peer.connectionState !== "connected") return null;
    const figures = { peer: entry.peer, bytes: 0, frames: 0 };
    for (const report of (await entry.peer.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      figures.bytes += report.bytesReceived ?? 0;
      if (report.kind === "video") figures.frames += report.framesDecoded ?? 0;
    }
    return figures;
  }

  /** Closes everything. */
  closeAll() {
    for (const number of [...this.#connections.keys()]) this.#close(number);
    this.#early.clear();
    this.#show(null);
  }

  #close(number) {
    this.#connections.get(number)?.peer.close();
    this.#connections.delete(number);
  }
}

async function attach(transceiver, tracks) {
  const track = tracks[transceiver.receiver.track.kind];
  const theySend = transceiver.direction !== "inactive";
  if (!track) {
    transceiver.direction = theySend ? "recvonly" : "inactive";
    return;
  }
  transceiver.direction = "sendrecv";
  await transceiver.sender.replaceTrack(track);
}

async function add(peer, candidate) {
  try {
    await peer.addIceCandidate(candidate);
  } catch {
    // One unusable candidate among several is normal (an address family that this phone lacks).
  }
}

async function limitSending(peer) {
  for (const sender of peer.getSenders()) {
    if (sender.track?.kind !== "video") continue;
    const parameters = sender.getParameters();
    parameters.degradationPreference = "maintain-framerate";
    for (const encoding of parameters.encodings ?? []) {
      encoding.maxBitrate = VIDEO_BITS_A_SECOND;
      encoding.maxFramerate = VIDEO_FRAMES_A_SECOND;
    }
    await sender.setParameters(parameters).catch(() => {});
  }
}
