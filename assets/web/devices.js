// Camera and microphone. Either may be missing: the camera's place is then taken by a still slate, so
// that the kiosk always receives a picture; the microphone's by nothing.

const VIDEO = {
  facingMode: "user",
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 24, max: 30 },
};
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** What became of a device: ok, missing, refused, busy or broken. */
function troubleOf(error) {
  switch (error?.name) {
    case "NotAllowedError":
    case "PermissionDeniedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "DevicesNotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "busy";
    default:
      return "broken";
  }
}

export class Devices {
  #camera = null;
  #microphone = null;
  #slate = null;
  #generation = 0;
  #isCameraOff = false;
  #isMuted = false;
  #tell;

  constructor(tell) {
    this.#tell = tell;
  }

  /** Asks for both, then for each alone; tells `devices_settled` in any case. */
  async ask() {
    this.#generation += 1;
    const generation = this.#generation;
    this.#stop();
    const found = await this.#find();
    if (generation !== this.#generation) {
      found.camera.track?.stop();
      found.microphone.track?.stop();
      return;
    }
    this.#camera = found.camera.track;
    this.#microphone = found.microphone.track;
    const settle = (camera, microphone) => this.#tell({ type: "devices_settled", camera, microphone });
    this.#camera?.addEventListener("ended", () => {
      this.#camera = null;
      settle("broken", this.#microphone ? "ok" : found.microphone.status);
    });
    this.#microphone?.addEventListener("ended", () => {
      this.#microphone = null;
      settle(this.#camera ? "ok" : found.camera.status, "broken");
    });
    this.setSending(this.#isMuted, this.#isCameraOff);
    settle(found.camera.status, found.microphone.status);
  }

  async #find() {
    const missing = (error) => ({ track: null, status: troubleOf(error) });
    const ok = (track) => ({ track, status: track ? "ok" : "missing" });
    let both;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: VIDEO, audio: AUDIO });
      return { camera: ok(stream.getVideoTracks()[0]), microphone: ok(stream.getAudioTracks()[0]) };
    } catch (error) {
      both = error;
    }
    if (troubleOf(both) === "refused" && !(await oneMayBeAllowed())) {
      return { camera: missing(both), microphone: missing(both) };
    }
    const one = async (constraints) => {
      try {
        return ok((await navigator.mediaDevices.getUserMedia(constraints)).getTracks()[0]);
      } catch (error) {
        return missing(error);
      }
    };
    return { microphone: await one({ audio: AUDIO }), camera: await one({ video: VIDEO }) };
  }

  /** The tracks to send, by kind. */
  tracks() {
    const showsCamera = this.#camera && !this.#isCameraOff;
    return { audio: this.#microphone, video: showsCamera ? this.#camera : this.#slateTrack() };
  }

  /** What the visitor sees of themselves; null without a camera. */
  ownPicture() {
    return this.#camera && !this.#isCameraOff ? new MediaStream([this.#camera]) : null;
  }

  /** The microphone's track, for the level meter. */
  microphone() {
    return this.#microphone;
  }

  setSending(isMuted, isCameraOff) {
    this.#isMuted = isMuted;
    this.#isCameraOff = isCameraOff;
    if (this.#microphone) this.#microphone.enabled = !isMuted;
    if (this.#camera) this.#camera.enabled = !isCameraOff;
  }

  /** Gives both back to the phone. */
  release() {
    this.#generation += 1;
    this.#stop();
    this.#slate?.stop();
    this.#slate = null;
    this.#isMuted = false;
    this.#isCameraOff = false;
  }

  #stop() {
    this.#camera?.stop();
    this.#microphone?.stop();
    this.#camera = null;
    this.#microphone = null;
  }

  #slateTrack() {
    this.#slate ??= makeSlate();
    return this.#slate;
  }
}

async function oneMayBeAllowed() {
  try {
    const names = ["camera", "microphone"];
    const answers = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    return answers.some(({ state }) => state !== "denied") && answers.some(({ state }) => state === "denied");
  } catch {
    return true;
  }
}

/** A wordless picture, a camera struck through, redrawn twice a second. */
function makeSlate() {
  const canvas = document.createElement("canvas");
  canvas.width = 320;
  canvas.height = 240;
  const pen = canvas.getContext("2d");
  const draw = () => {
    pen.fillStyle = "#22403f";
    pen.fillRect(0, 0, 320, 240);
    pen.fillStyle = "#d8e4e2";
    pen.fillRect(105, 90, 75, 60);
    pen.beginPath();
    pen.moveTo(185, 120);
    pen.lineTo(215, 95);
    pen.lineTo(215, 145);
    pen.fill();
    pen.strokeStyle = "#f4c873";
    pen.lineWidth = 8;
    pen.beginPath();
    pen.moveTo(100, 170);
    pen.lineTo(220, 70);
    pen.stroke();
  };
  draw();
  const [track] = canvas.captureStream(4).getVideoTracks();
  const timer = setInterval(() => (track.readyState === "live" ? draw() : clearInterval(timer)), 500);
  return track;
}
