// How loud the microphone is, as 0 to 100, for the meter.

const FLOOR_DECIBELS = -60;
const FALL_A_READING = 10;

export class LevelMeter {
  #context = null;
  #source = null;
  #analyser = null;
  #samples = null;
  #track = null;
  #shown = 0;

  /** Listens to `track` (null: to nothing). */
  listen(track) {
    if (track === this.#track) return;
    this.#source?.disconnect();
    this.#source = null;
    this.#track = track;
    if (!track || !window.AudioContext) return;
    this.#context ??= new AudioContext();
    this.#context.resume().catch(() => {});
    this.#analyser ??= this.#context.createAnalyser();
    this.#analyser.fftSize = 2048;
    this.#samples ??= new Float32Array(this.#analyser.fftSize);
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** The level of the last 43 ms (at 48 kHz), or a little less than the last answer while it falls. */
  read() {
    if (!this.#source) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    const decibels = 10 * Math.log10(sum / this.#samples.length + 1e-12);
    const level = Math.min(100, Math.max(0, (1 - decibels / FLOOR_DECIBELS) * 100));
    this.#shown = Math.max(Math.round(level), this.#shown - FALL_A_READING);
    return this.#shown;
  }
}
