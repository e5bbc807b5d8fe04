"""A visit at a machine under test: the guard unlocks it, the inmate comes, a visitor in a real Chromium meets them, and the
guard ends it. Badges come over the machine's serial line, fingers onto its touch screen; what is not seen did not happen.
"""

import subprocess
import time
from pathlib import Path

from machine import Machine
from screen import ACCEPT, END, PLAIN
from service import GUARD_CARD, GUARD_PIN, INMATE_CARD, Service

# Emulated, one new screen can take some seconds.
SCREEN_WITHIN = 60
CALL_WITHIN = 180
GUARD_TRIES = 4
PANEL_WITHIN = 20
SEEN_FOR = 60
STAY = 400
LEAST_FRAMES = 20


class Visit:
    """The play, with `program` (muwajaha-demo) as the visitor; pictures come to the machine's folder."""

    def __init__(self, machine: Machine, service: Service, program: Path):
        self.machine, self.service, self.program = machine, service, program
        self.reader = machine.channel("reader")
        self.folder = machine.outer / "visit"
        (self.folder / "screens").mkdir(parents=True, exist_ok=True)

    def guard_unlocks(self):
        self._guard_at_panel("locked")
        self._touch(ACCEPT)
        self._until("the panel's closing", lambda screen: not screen.boxes(ACCEPT))
        time.sleep(3)
        self._picture("idle")

    def from_badge_to_the_guards_end(self):
        """The whole of it, seen and heard on both sides."""
        visitor = self.inmate_and_visitor_meet(1)
        try:
            self._look()
            self._picture("in-call")
            self._guard_at_panel("guard-in-call")
            self._touch(END)
            ended = time.monotonic()
            visitor.wait(timeout=SCREEN_WITHIN)
            print(f"the guard's end reached the visitor within {time.monotonic() - ended:.0f} s", flush=True)
        finally:
            dismiss(visitor)
        self._picture("ended")
        self._judge()

    def inmate_and_visitor_meet(self, number: int) -> subprocess.Popen:
        """Until the call has begun; the visitor."""
        visitor = self._visitor(self.service.book(number))
        try:
            self._inmate_comes()
            self._picture("notice")
            self._touch(ACCEPT)
            self._until("the waiting screen", lambda screen: not screen.boxes(ACCEPT))
            self._until_called(visitor)
        except BaseException:
            dismiss(visitor)
            raise
        return visitor

    def wait_until_locked(self, seconds: float):
        """Until the kiosk's own first screen is there: the one with nothing to touch but two more languages."""
        self._until("the locked kiosk", lambda screen: len(screen.boxes(PLAIN)) == 2, seconds)

    # -- what people do

    def _guard_at_panel(self, before: str):
        self._picture(before)
        for _ in range(GUARD_TRIES):
            self._tap(GUARD_CARD)
            self._until("the PIN pad", lambda screen: screen.pin_keys())
            self._picture(f"{before}-pin")
            if self._types_pin() and self._is_panel_there():
                return self._picture(f"{before}-panel")
        raise AssertionError(f"the guard's panel does not open in {GUARD_TRIES} tries; look at {self.folder}")

    def _is_panel_there(self) -> bool:
        try:
            return bool(self._until("the guard's panel", lambda screen: screen.has_panel(), PANEL_WITHIN))
        except AssertionError:
            return False

    def _types_pin(self) -> bool:
        """Whether the pad stayed open for the whole PIN; on a busy host its time may be over before."""
        for digit in GUARD_PIN:
            if not (keys := self.machine.screen().pin_keys()):
                return False
            self.machine.touch(keys[10 if digit == "0" else int(digit) - 1])
        done = self.machine.screen().largest(ACCEPT)
        if done:
            self.machine.touch(done)
        return bool(done)

    def _inmate_comes(self):
        """Until their badge brings the notice; a booking that the kiosk has not heard of yet is asked for again."""
        deadline = time.monotonic() + CALL_WITHIN
        while True:
            self._tap(INMATE_CARD)
            try:
                return self._until("the notice", lambda screen: screen.boxes(ACCEPT), SCREEN_WITHIN / 2)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise

    def _tap(self, card: bytes):
        """A card on an RDM6300: hexadecimal digits and their XOR, between STX and ETX."""
        check = 0
        for byte in card:
            check ^= byte
        self.reader.sendall(b"\x02" + (card + bytes([check])).hex().upper().encode() + b"\x03")

    def _touch(self, colour: tuple):
        self.machine.touch(self._until("a button to touch", lambda screen: screen.largest(colour)))

    def _visitor(self, link: str) -> subprocess.Popen:
        words = ["visitor", "--link", link, "--certificate", self.service.page_certificate, "--patience", CALL_WITHIN,
                 "--stay", STAY, "--screens", self.folder / "screens", "--speaker", self.folder / "speaker.wav",
                 "--least-frames", LEAST_FRAMES, "--report", self.folder / "visit.json"]
        log = open(self.folder / "visitor.log", "wb")
        return subprocess.Popen([self.program, *(str(word) for word in words)], stdout=log, stderr=log)

    # -- what is seen

    def _until(self, what: str, seen, seconds: float = SCREEN_WITHIN):
        deadline = time.monotonic() + seconds
        while True:
            if found := seen(self.machine.screen()):
                return found
            if time.monotonic() > deadline:
                self._picture("missed")
                raise AssertionError(f"not on the screen within {seconds:.0f} s: {what}; look at {self.folder}")
            time.sleep(0.3)

    def _until_called(self, visitor: subprocess.Popen):
        deadline = time.monotonic() + CALL_WITHIN
        while "in call" not in (self.folder / "visitor.log").read_text():
            assert visitor.poll() is None and time.monotonic() < deadline, f"no call: {self.folder}/visitor.log"
            time.sleep(0.5)

    def _look(self):
        """Keeps what the screen shows meanwhile, and then what the loudspeaker played."""
        ends_at, number = time.monotonic() + SEEN_FOR, 0
        while time.monotonic() < ends_at:
            self.machine.screen()
            (self.machine.outer / "screen.ppm").rename(self.folder / f"screens/{number:04}.ppm")
            number += 1
        self.machine.room.save_speaker(self.folder / "speaker.wav")

    def _picture(self, name: str):
        self.machine.picture(self.folder / f"{name}.png")

    def _judge(self):
        for screen in (self.folder / "screens").iterdir():
            screen.unlink()
        log = (self.folder / "visitor.log").read_text()
        assert "did not happen" not in log, f"the visit: {log}"
        deadline = time.monotonic() + SCREEN_WITHIN
        while (outcome := self.service.outcome()) != "TERMINATED_BY_STAFF":
            assert time.monotonic() < deadline, f"the outcome is {outcome}, not that a guard ended the visit"
            time.sleep(1)
        print(log, flush=True)


def dismiss(visitor: subprocess.Popen):
    """Ends the visitor's program, and its browser with it."""
    visitor.terminate()
    visitor.wait(timeout=SCREEN_WITHIN)
