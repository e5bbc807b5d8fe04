"""The room around the machine: tones that its microphone hears, and what its loudspeaker plays.

QEMU plays to and records from ALSA's own `file` plug-ins, so that no sound server and no card is needed. The tones are
the ones that `src/demo/detect/tone.rs` knows as the kiosk's.
"""

import math
import os
import struct
import threading
import wave
from pathlib import Path

RATE_HZ = 48_000
TONES_HZ = (440, 660, 880)
LOUDNESS = 0.4
BEEP_EVERY, BEEP = RATE_HZ * 3 // 10, RATE_HZ * 2 // 10

CONFIGURATION = """
pcm.nothing {{ type null }}
pcm.speaker {{ type file slave.pcm nothing format raw file "{here}/speaker.raw" }}
pcm.room {{ type file slave.pcm nothing format raw file "/dev/null" infile "{here}/room.raw" }}
"""


class Room:
    """Of the machine whose folder is `outer` here and `inner` in the tools tree."""

    def __init__(self, outer: Path, inner: Path):
        self.outer = outer
        (outer / "alsa.conf").write_text(CONFIGURATION.format(here=inner))
        self.environment = f"ALSA_CONFIG_PATH={inner}/alsa.conf"
        self.audio = ("alsa,id=sound,out.dev=speaker,out.try-poll=off,in.dev=room,in.try-poll=off"
                      f",out.frequency={RATE_HZ},out.channels=1,in.frequency={RATE_HZ},in.channels=1")
        (outer / "room.raw").unlink(missing_ok=True)
        os.mkfifo(outer / "room.raw")
        threading.Thread(target=self._sound, daemon=True).start()

    def _sound(self):
        """Tones for as long as somebody listens, and again for who listens next."""
        seconds = [self._second(tone) for tone in TONES_HZ]
        while True:
            try:
                with open(self.outer / "room.raw", "wb") as listener:
                    while True:
                        for second in seconds:
                            listener.write(second)
            except BrokenPipeError:
                continue

    @staticmethod
    def _second(tone_hz: int) -> bytes:
        """One second of beeps, 16 bits a sample."""
        samples = [0 if index % BEEP_EVERY >= BEEP else
                   int(LOUDNESS * 32767 * math.sin(2 * math.pi * tone_hz * index / RATE_HZ)) for index in range(RATE_HZ)]
        return struct.pack(f"<{RATE_HZ}h", *samples)

    def save_speaker(self, file: Path):
        """What the loudspeaker played so far, as WAV."""
        with wave.open(str(file), "wb") as heard:
            heard.setnchannels(1)
            heard.setsampwidth(2)
            heard.setframerate(RATE_HZ)
            heard.writeframes((self.outer / "speaker.raw").read_bytes())
