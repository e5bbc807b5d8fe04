"""A visit service on this machine, with a facility, a guard, an inmate and a booking: what a kiosk under test talks to.

QEMU's network shows this machine to the kiosk as 10.0.2.2.
"""

import json
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

AS_THE_KIOSK_SEES_IT = "10.0.2.2"
GUARD_PIN = "4711"
GUARD_CARD = bytes([0x3E, 0x00, 0x45, 0xA1, 0x10])
INMATE_CARD = bytes([0x3E, 0x00, 0x45, 0xDC, 0x95])

CONFIGURATION = """
data_directory = "{folder}/data"
public_url = "https://{address}:8443"
[public]
listen = "127.0.0.1:8443"
[kiosk]
listen = "127.0.0.1:8444"
[admin]
listen = "127.0.0.1:8445"
[tls]
self_signed_names = ["127.0.0.1", "{address}"]
[turn]
urls = ["turn:{address}:3478?transport=udp"]
shared_secret = "image test"
"""


class Service:
    """The running service, until its block ends."""

    ADDRESS = f"https://{AS_THE_KIOSK_SEES_IT}:8444"

    def __init__(self, program: Path, folder: Path):
        folder.mkdir(parents=True)
        self.program, self.folder = program, folder
        self.configuration = folder / "service.toml"
        self.configuration.write_text(CONFIGURATION.format(folder=folder, address=AS_THE_KIOSK_SEES_IT))
        log = open(folder / "service.log", "wb")
        self.process = subprocess.Popen([program, "serve", "--config", self.configuration], stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not (folder / "data/listening.json").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the service does not start: {(folder / 'service.log').read_text()}")
            time.sleep(0.1)

    def admin(self, *words: str, said: str = ""):
        done = subprocess.run([self.program, "admin", "--config", self.configuration, *words], input=said, text=True,
                              capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"muwajaha-service admin {' '.join(words)}: {done.stderr}")
        return json.loads(done.stdout or "null")

    def furnish(self) -> str:
        """A facility with people and a booking around now; the code by which a kiosk gets its identity."""
        self.admin("add-facility", "karkh", "--name", "سجن الكرخ")
        self.admin("add-room", "hall-1", "--facility", "karkh", "--name", "قاعة الزيارة")
        kiosk = self.admin("add-kiosk", "K-01", "--room", "hall-1")
        self.admin("add-staff", "g-1", "--facility", "karkh", "--name", "علي حسن", "--role", "guard", said=GUARD_PIN)
        self.admin("add-badge", "--staff", "g-1", "--number", printed_number(GUARD_CARD))
        self.admin("add-inmate", "i-1", "--facility", "karkh", "--name", "أحمد كريم")
        self.admin("add-badge", "--inmate", "i-1", "--number", printed_number(INMATE_CARD))
        self._book()
        return kiosk["provisioning_code"]

    def _book(self):
        now = datetime.now(timezone.utc)
        starts_at, ends_at = (f"{time:%Y-%m-%dT%H:%M}" for time in (now, now + timedelta(hours=2)))
        rows = self.folder / "bookings.csv"
        rows.write_text("id,revision,facility,kiosk,inmate,visitor,language,starts_at,ends_at,zone\n"
                        f"b-1,1,karkh,,i-1,زينب كريم,ar,{starts_at},{ends_at},Etc/UTC\n")
        subprocess.run([self.program, "import", "--config", self.configuration, rows], check=True,
                       stdout=open(self.folder / "booking.json", "wb"))

    def authority(self) -> str:
        """The certificate by which the kiosk knows the service."""
        return (self.folder / "data/ca.pem").read_text()

    def is_called_by_the_kiosk(self) -> bool:
        return "kiosk connected" in (self.folder / "service.log").read_text()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def printed_number(card: bytes) -> str:
    return f"{int.from_bytes(card[1:], 'big'):010}"
