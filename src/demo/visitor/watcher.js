// Injected before the page's own scripts: watches what the visitor sees and hears.
// Keeps pixels of the strip's rows and decimated sound until they are fetched; decides nothing.
(() => {
  const SAMPLE_WIDTH = 320;
  const SAMPLE_ROWS = 4;
  const SOUND_DECIMATION = 6;
  const MOST_FRAMES = 400;
  const MOST_SAMPLES = 8000 * 20;
  const watch = {
    joinedAt: null, frames: [], sound: [], soundRate: 0, connections: [], stats: [], troubles: [], states: [],
  };

  const base64 = (bytes) => {
    let text = "";
    for (let start = 0; start < bytes.length; start += 8192) {
      text += String.fromCharCode(...bytes.subarray(start, start + 8192));
    }
    return btoa(text);
  };
  const trouble = (text) => { if (watch.troubles.length < 50) watch.troubles.push(String(text)); };
  addEventListener("error", (event) => trouble(event.message));
  addEventListener("unhandledrejection", (event) => trouble(event.reason));
  addEventListener("click", (event) => {
    if (event.target.closest?.("#join")) watch.joinedAt = Date.now();
  }, true);

  function listen(track) {
    const context = new AudioContext();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const tap = context.createScriptProcessor(4096, 1, 1);
    watch.soundRate = context.sampleRate / SOUND_DECIMATION;
    tap.onaudioprocess = ({ inputBuffer }) => {
      const input = inputBuffer.getChannelData(0);
      for (let start = 0; start + SOUND_DECIMATION <= input.length; start += SOUND_DECIMATION) {
        let sum = 0;
        for (let index = start; index < start + SOUND_DECIMATION; index += 1) sum += input[index];
        watch.sound.push(Math.max(-32768, Math.min(32767, Math.round((sum / SOUND_DECIMATION) * 32767))));
      }
      if (watch.sound.length > MOST_SAMPLES) watch.sound.splice(0, watch.sound.length - MOST_SAMPLES);
    };
    source.connect(tap);
    tap.connect(context.destination);
    context.resume().catch(trouble);
  }

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = new Proxy(Native, {
    construct(target, parameters, self) {
      const connection = Reflect.construct(target, parameters, self);
      const index = watch.connections.push(connection) - 1;
      watch.stats.push(null);
      connection.addEventListener("track", ({ track }) => { if (track.kind === "audio") listen(track); });
      const sample = async () => {
        if (connection.connectionState === "closed") return;
        const report = await connection.getStats();
        if (report.size > 0) watch.stats[index] = { at: Date.now(), entries: [...report.values()] };
        setTimeout(() => sample().catch(trouble), 1000);
      };
      sample().catch(trouble);
      return connection;
    },
  });

  const canvas = document.createElement("canvas");
  canvas.width = SAMPLE_WIDTH;
  canvas.height = SAMPLE_ROWS;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  function look(video) {
    if (video.videoWidth > 0) {
      const { videoWidth: width, videoHeight: height } = video;
      pen.drawImage(video, 0, height * 0.46, width, height * 0.08, 0, 0, SAMPLE_WIDTH, SAMPLE_ROWS);
      const { data } = pen.getImageData(0, 0, SAMPLE_WIDTH, SAMPLE_ROWS);
      const rgb = new Uint8Array(SAMPLE_WIDTH * SAMPLE_ROWS * 3);
      for (let pixel = 0; pixel < SAMPLE_WIDTH * SAMPLE_ROWS; pixel += 1) {
        rgb.set(data.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
      }
      watch.frames.push({ at: Date.now(), rgb: base64(rgb) });
      if (watch.frames.length > MOST_FRAMES) watch.frames.shift();
    }
    video.requestVideoFrameCallback(() => look(video));
  }
  addEventListener("DOMContentLoaded", () => {
    const note = () => watch.states.push({ at: Date.now(), state: document.body.dataset.state ?? "" });
    note();
    new MutationObserver(note).observe(document.body, { attributeFilter: ["data-state"] });
    const video = document.querySelector("#remote");
    if (video) video.requestVideoFrameCallback(() => look(video));
    else trouble("the page has no #remote");
  });

  window.muwajahaWatch = () => {
    const taken = {
      joined_at: watch.joinedAt,
      frames: watch.frames,
      sound: base64(new Uint8Array(new Int16Array(watch.sound).buffer)),
      sound_rate: Math.round(watch.soundRate),
      stats: watch.stats,
      states: watch.states,
      connection_states: watch.connections.map((connection) => connection.connectionState),
      troubles: watch.troubles,
    };
    watch.frames = [];
    watch.sound = [];
    return taken;
  };
})();
