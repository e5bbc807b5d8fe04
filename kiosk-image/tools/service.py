"""What a kiosk under test talks to: a visit service with a facility, a guard, an inmate and a booking, and a TURN server.

Both are at `ADDRESS`, which the kiosk in QEMU and a browser beside it see as the same place, in a network that nobody
else sees.
"""

import ctypes
import json
import shutil
import ssl
import subprocess
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

# Of the addresses that documents may use (RFC 5737).
ADDRESS = "192.0.2.1"
TURN_SECRET = "image test"
CLONE_NEWNET = 0x40000000
GUARD_PIN = "4711"
GUARD_CARD = bytes([0x3E, 0x00, 0x45, 0xA1, 0x10])
INMATE_CARD = bytes([0x3E, 0x00, 0x45, 0xDC, 0x95])

CONFIGURATION = """
data_directory = "{folder}/data"
public_url = "https://{address}:8443"
[public]
listen = "{address}:8443"
[kiosk]
listen = "{address}:8444"
[admin]
listen = "127.0.0.1:8445"
[tls]
self_signed_names = ["127.0.0.1", "{address}"]
[turn]
urls = ["turn:{address}:3478?transport=udp"]
shared_secret = "{secret}"
[updates]
directory = "{folder}/offered"
from = "00:00"
until = "23:59"
"""

TURN_CONFIGURATION = """
listening-ip={address}
relay-ip={address}
listening-port=3478
min-port=49160
max-port=49260
realm=image-test
use-auth-secret
static-auth-secret={secret}
fingerprint
allow-loopback-peers
no-tls
no-dtls
no-cli
no-rfc5780
pidfile={folder}/turnserver.pid
userdb={folder}/users.db
log-file=stdout
simple-log
"""


def enter_a_network_of_its_own():
    """Takes this process and what it starts out of the machine's network, to one with `ADDRESS` alone."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "no network of its own can be made: run as root")
    for words in (["link", "set", "lo", "up"], ["address", "add", f"{ADDRESS}/32", "dev", "lo"]):
        subprocess.run(["ip", *words], check=True)


class Turn:
    """A running coturn, until its block ends."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        configuration = folder / "turnserver.conf"
        configuration.write_text(TURN_CONFIGURATION.format(folder=folder, address=ADDRESS, secret=TURN_SECRET))
        log = open(folder / "turn.log", "wb")
        self.process = subprocess.Popen(["turnserver", "-c", configuration], stdout=log, stderr=log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Service:
    """The running service, until its block ends."""

    URL = f"https://{ADDRESS}:8444"

    def __init__(self, program: Path, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "data/listening.json").unlink(missing_ok=True)
        self.program, self.folder = program, folder
        self.configuration, self.certificate = folder / "service.toml", folder / "data/ca.pem"
        self.page_certificate, self.offered = folder / "data/server.pem", folder / "offered"
        self.offered.mkdir(exist_ok=True)
        self.configuration.write_text(CONFIGURATION.format(folder=folder, address=ADDRESS, secret=TURN_SECRET))
        log = open(folder / "service.log", "wb")
        self.process = subprocess.Popen([program, "serve", "--config", self.configuration], stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not (folder / "data/listening.json").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the service does not start: {(folder / 'service.log').read_text()}")
            time.sleep(0.1)

    def admin(self, *words: str, said: str = ""):
        return self._told("admin", *words, said=said)

    def _told(self, command: str, *words, said: str = ""):
        """What a command of the service's program says, of the JSON kind."""
        done = subprocess.run([self.program, command, "--config", self.configuration, *words], input=said, text=True,
                              capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"muwajaha-service {command} {' '.join(map(str, words))}: {done.stderr}")
        return json.loads(done.stdout or "null")

    def furnish(self) -> str:
        """A facility with people; the code by which a kiosk gets its identity."""
        self.admin("add-facility", "karkh", "--name", "سجن الكرخ")
        self.admin("add-room", "hall-1", "--facility", "karkh", "--name", "قاعة الزيارة")
        kiosk = self.admin("add-kiosk", "K-01", "--room", "hall-1")
        self.admin("add-staff", "g-1", "--facility", "karkh", "--name", "علي حسن", "--role", "guard", said=GUARD_PIN)
        self.admin("add-badge", "--staff", "g-1", "--number", printed_number(GUARD_CARD))
        self.admin("add-inmate", "i-1", "--facility", "karkh", "--name", "أحمد كريم")
        self.admin("add-badge", "--inmate", "i-1", "--number", printed_number(INMATE_CARD))
        return kiosk["provisioning_code"]

    def book(self, number: int = 1) -> str:
        """A visit of the inmate that may begin now, instead of one that was booked before; the link of its visitor."""
        self.cancel_bookings()
        now = datetime.now(timezone.utc)
        starts_at, ends_at = (f"{time:%Y-%m-%dT%H:%M}" for time in (now, now + timedelta(minutes=30)))
        rows = self.folder / "bookings.csv"
        rows.write_text("id,revision,facility,kiosk,inmate,visitor,language,starts_at,ends_at,zone\n"
                        f"b-{number},1,karkh,,i-1,زينب كريم,ar,{starts_at},{ends_at},Etc/UTC\n")
        return self._told("import", rows)["visitor_link"]

    def cancel_bookings(self):
        for booked in self.admin("list", "bookings")["items"]:
            if booked["state"] == "booked":
                self.admin("cancel-booking", booked["booking"])

    def offer(self, update: Path):
        """Serves an update to the kiosk, instead of the one before."""
        shutil.rmtree(self.offered)
        shutil.copytree(update, self.offered)

    def outcome(self):
        """How the last visit ended, as the office's list has it; None before."""
        return self.admin("list", "bookings")["items"][0]["outcome"]

    def record(self) -> list:
        """The rows of the kiosk's record that came to the service: epoch, sequence and body of each."""
        token = (self.folder / "data/admin.token").read_text().strip()
        return self._get("https://127.0.0.1:8445/v1/admin/kiosks/K-01/events?limit=1000", token)["items"]

    def _get(self, url: str, token: str) -> dict:
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        trust = ssl.create_default_context(cafile=self.certificate)
        with urllib.request.urlopen(request, context=trust, timeout=10) as answer:
            return json.load(answer)

    def kiosk(self) -> dict:
        """What the fleet's view knows of the kiosk."""
        return self.admin("fleet", "--json")["items"][0]

    def authority(self) -> str:
        """The certificate by which the kiosk knows the service."""
        return self.certificate.read_text()

    def calls_of_the_kiosk(self) -> int:
        """How often the kiosk connected since this service runs."""
        return (self.folder / "service.log").read_text().count("kiosk connected")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def printed_number(card: bytes) -> str:
    return f"{int.from_bytes(card[1:], 'big'):010}"
