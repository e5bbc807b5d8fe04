"""A kiosk in QEMU: its disk, firmware, TPM and reader, and what can be seen and done from outside.

Runs on the host as root; QEMU and swtpm run in the tools tree. Emulates every instruction (TCG): slow, and the same
everywhere. Nothing in here knows what a kiosk shows.
"""

import base64
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

from screen import Box, Screen
from sound import Room

TOOLS = Path(__file__).resolve().parent
SECTOR_BYTES = 512
DISK_BYTES = 8 << 30
PARTITION_TYPES = {"esp": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "root": "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"}
# As small as the kiosk's screens can be: without a graphics card, and emulated, a pixel costs some microseconds.
SCREEN_WIDTH, SCREEN_HEIGHT = 640, 400
# The range of a touch screen's axes, whatever its pixels are.
TOUCH_RANGE = 0x7FFF
# Emulated, a button can take some seconds to show the finger on it.
TOUCH_SEEN_WITHIN = 15


class Machine:
    """One machine under `folder`/machines/`name`; `folder` is target/image."""

    def __init__(self, folder: Path, name: str):
        self.folder = folder.resolve()
        self.inner = Path("/image/machines") / name
        self.outer = self.folder / "machines" / name
        self.name = name
        self.qemu = None
        self.started_at = 0.0
        self.touches = 0
        self.room = None
        self._qmp = None

    # -- the machine, before it is switched on

    def unpack(self, image: Path):
        """A new machine with `image` on its disk, an empty TPM and a firmware that knows no keys yet."""
        shutil.rmtree(self.outer, ignore_errors=True)
        (self.outer / "tpm").mkdir(parents=True)
        subprocess.run(["cp", "--sparse=always", image, self.disk], check=True)
        with open(self.disk, "r+b") as disk:
            disk.truncate(DISK_BYTES)
        firmware = self.folder / "tools/usr/share/OVMF/OVMF_VARS_4M.fd"
        shutil.copy(firmware, self.outer / "firmware.fd")

    @property
    def disk(self) -> Path:
        return self.outer / "disk.raw"

    def inside(self, *command: str, **options):
        """A command in the tools tree."""
        return subprocess.run([TOOLS / "inside", self.folder, *command], check=True, **options)

    def partition(self, kind: str) -> dict:
        """The first partition of a kind: its start and size in sectors."""
        return next(partition for partition in self._partitions() if partition["type"] == PARTITION_TYPES[kind])

    def _partitions(self) -> list:
        told = self.inside("sfdisk", "--json", self.inner / "disk.raw", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(told.stdout)["partitiontable"]["partitions"]

    def named_partition(self, name: str) -> dict:
        """The partition of a name."""
        return next(partition for partition in self._partitions() if partition.get("name") == name)

    def copy_to_boot_partition(self, file: Path, place: str):
        """Writes a file of target/image into the machine's EFI partition, as one could who has the disk in hand."""
        for folder in list(Path(place).parents)[-2::-1]:
            self._boot_partition("mmd", "-D", "s", f"::{folder}", check=False)
        self._boot_partition("mcopy", "-D", "o", self._inside_path(file), f"::{place}")

    def copy_from_boot_partition(self, place: str, file: Path) -> Path:
        """Reads one of its files to a file of target/image."""
        self._boot_partition("mcopy", "-n", f"::{place}", self._inside_path(file))
        return file

    def remove_from_boot_partition(self, place: str):
        self._boot_partition("mdel", f"::{place}")

    def boot_files(self, folder: str) -> list:
        """The places of the files in one of its folders."""
        told = self._boot_partition("mdir", "-b", f"::{folder}")
        return [line.removeprefix("::/") for line in told.stdout.decode().split()]

    def _boot_partition(self, command: str, *words, check: bool = True):
        drive = f"{self.inner}/disk.raw@@{self.partition('esp')['start'] * SECTOR_BYTES}"
        return subprocess.run([TOOLS / "inside", self.folder, command, "-i", drive, *words], check=check,
                              capture_output=True, stdin=subprocess.DEVNULL)

    def _inside_path(self, file: Path) -> Path:
        return Path("/image") / file.resolve().relative_to(self.folder)

    # -- power

    def start(self, *more: str):
        """Switches it on; `more` goes to QEMU. Without a `-vnc` or `-display` in it, the screen is only looked at."""
        for left in self.outer.glob("*.socket"):
            left.unlink()
        swtpm = ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.inner}/tpm", "--terminate", "--daemon",
                 "--ctrl", f"type=unixio,path={self.inner}/tpm.socket"]
        self.inside(*swtpm)
        self.room = self.room or Room(self.outer, self.inner)
        self.started_at = time.monotonic()
        log = open(self.outer / "qemu.log", "wb")
        self.qemu = subprocess.Popen([TOOLS / "inside", self.folder, "env", self.room.environment, *self._qemu(), *more],
                                     stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._qmp = Qmp(self._connect("qmp"))

    def _qemu(self) -> list:
        here = self.inner

        def channel(name: str) -> str:
            return f"socket,id={name},path={here}/{name}.socket,server=on,wait=off,logfile={here}/{name}.log"

        return [
            "qemu-system-x86_64", "-name", self.name, "-nodefaults", "-no-user-config", "-monitor", "none",
            "-display", "none",
            # KVM is not everywhere where its device is. Emulated, wide vectors draw a picture in twice the time of narrow ones.
            "-accel", "tcg,thread=multi", "-cpu", "max,avx=off,avx2=off,fma=off,f16c=off", "-smp", "2", "-m", "3G",
            "-machine", "q35,smm=on,usb=off",
            "-uuid", "11111111-2222-3333-4444-555555555555",
            "-global", "driver=cfi.pflash01,property=secure,value=on",
            "-drive", "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd",
            "-drive", f"if=pflash,format=raw,unit=1,file={here}/firmware.fd",
            "-chardev", f"socket,id=tpm,path={here}/tpm.socket", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
            "-device", "tpm-crb,tpmdev=tpm0",
            # What the kiosk writes is QEMU's file's at once, and outlives QEMU; a busy host is not waited for.
            "-drive", f"if=none,id=disk,format=raw,discard=unmap,cache=unsafe,file={here}/disk.raw",
            "-device", "virtio-blk-pci,drive=disk,bootindex=0", "-device", "virtio-rng-pci",
            "-device", f"virtio-vga,xres={SCREEN_WIDTH},yres={SCREEN_HEIGHT}", "-device", "virtio-multitouch-pci",
            "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=",
            "-audiodev", self.room.audio, "-device", "intel-hda",
            "-device", "hda-duplex,audiodev=sound",
            "-device", "qemu-xhci,id=usb,p2=8,p3=8",
            "-chardev", channel("reader"), "-device", "usb-serial,always-plugged=on,chardev=reader,bus=usb.0,port=1",
            "-chardev", channel("serial"), "-serial", "chardev:serial",
            "-device", "virtio-serial-pci", "-chardev", channel("agent"),
            "-device", "virtserialport,chardev=agent,name=agent",
            "-qmp", f"unix:{here}/qmp.socket,server=on,wait=off",
        ]

    def _connect(self, name: str) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 60
        while True:
            try:
                connection.connect(str(self.outer / f"{name}.socket"))
                return connection
            except (FileNotFoundError, ConnectionRefusedError):
                if self.qemu.poll() is not None:
                    raise RuntimeError(f"QEMU ended: {(self.outer / 'qemu.log').read_text()}") from None
                if time.monotonic() > deadline:
                    raise RuntimeError(f"QEMU opens no {name}.socket") from None
                time.sleep(0.1)

    def cut_power(self):
        """As when the plug is pulled: nothing is told, what was not written is lost."""
        if self.qemu and self.qemu.poll() is None:
            self.qemu.kill()
            self.qemu.wait()

    def seconds_on(self) -> float:
        return time.monotonic() - self.started_at

    # -- what a person sees and does

    def qmp(self, command: str, **arguments):
        return self._qmp.ask(command, arguments)

    def screen(self) -> Screen:
        self.qmp("screendump", filename=f"{self.inner}/screen.ppm")
        return Screen((self.outer / "screen.ppm").read_bytes())

    def picture(self, file: Path):
        """A PNG to look at."""
        self.qmp("screendump", filename=f"{self.inner}/screen.png", format="png")
        shutil.copy(self.outer / "screen.png", file)

    def touch(self, box: Box):
        """Puts a finger in the middle of a button, takes it away once the button shows it, and waits until it does no more."""
        screen = self.screen()
        corner = (box.left + box.width // 8, box.top + box.height // 8)
        places = {"x": (box.left + box.width // 2) * TOUCH_RANGE // screen.width,
                  "y": (box.top + box.height // 2) * TOUCH_RANGE // screen.height}

        def finger(kind: str, tracking: int, axis: str = "x", value: int = 0) -> dict:
            return {"type": "mtt", "data": {"type": kind, "slot": 0, "tracking-id": tracking, "axis": axis, "value": value}}

        def button(is_down: bool) -> dict:
            return {"type": "btn", "data": {"button": "touch", "down": is_down}}

        down = [button(True), finger("begin", 1), *(finger("data", 1, axis, value) for axis, value in places.items())]
        self.qmp("input-send-event", events=down)
        pressed = self._other_colour(corner, screen.at(corner))
        self.qmp("input-send-event", events=[button(False), finger("end", -1)])
        self._other_colour(corner, pressed)
        self.touches += 1

    def _other_colour(self, place: tuple, than: bytes) -> bytes:
        deadline = time.monotonic() + TOUCH_SEEN_WITHIN
        while (colour := self.screen().at(place)) == than and time.monotonic() < deadline:
            time.sleep(0.1)
        return colour

    def keys(self, *names: str):
        """Presses keys together on a keyboard of the machine, by QEMU's names of them."""
        self.qmp("send-key", keys=[{"type": "qcode", "data": name} for name in names])

    def channel(self, name: str) -> socket.socket:
        """The other end of `reader`, `serial` or `agent`."""
        return self._connect(name)


class Qmp:
    """QEMU's control socket."""

    def __init__(self, connection: socket.socket):
        self.lines = connection.makefile("rw")
        self.lines.readline()
        self.ask("qmp_capabilities", {})

    def ask(self, command: str, arguments: dict):
        self.lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.lines.flush()
        for line in self.lines:
            answer = json.loads(line)
            if "error" in answer:
                raise RuntimeError(f"QEMU refuses {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise RuntimeError(f"QEMU ended during {command}")


def credential(name: str, text: str) -> list:
    """QEMU's arguments for one systemd credential in the firmware's tables."""
    packed = base64.b64encode(text.encode()).decode()
    return ["-smbios", f"type=11,value=io.systemd.credential.binary:{name}={packed}"]
