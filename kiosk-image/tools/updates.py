"""Updates of a machine under test: images of later versions, built for it, and what the kiosk tells of taking one."""

import os
import random
import shutil
import subprocess
import time
from pathlib import Path

from machine import TOOLS, Machine
from service import Service

# The kiosk looks two minutes after its start; emulated, it downloads and unpacks for some minutes more.
BEGUN_WITHIN = 600
TAKEN_WITHIN = 3600
LATEST_CUT_SECONDS = 60
UNDER_WAY = ("fetching", "installing", "installed")


def build_update(folder: Path, programs: Path, version: str, *mkosi: str) -> Path:
    """An update of this version; what `make image` built stays what it is. `mkosi` changes the image."""
    update, out, kept = folder / "updates" / version, folder / "out", folder / "out.kept"
    if not update.exists():
        out.rename(kept)
        try:
            subprocess.run([TOOLS / "build", folder, programs, *mkosi], check=True, stdout=subprocess.DEVNULL,
                           env={**os.environ, "IMAGE_VERSION": version})
            shutil.copytree(out / "update", update)
        finally:
            shutil.rmtree(out, ignore_errors=True)
            kept.rename(out)
    return update


def later(version: str, by: int) -> str:
    """`0.1.0.200`, by 2: `0.1.0.202`."""
    *front, last = version.split(".")
    return ".".join([*front, str(int(last) + by)])


class Updates:
    """Of the machine, which is on and connected with its service."""

    def __init__(self, machine: Machine, service: Service):
        self.machine, self.service = machine, service

    def running(self) -> tuple:
        """Version and slot that the kiosk last told."""
        status = self.service.kiosk()["status"] or {}
        return status.get("image_version"), status.get("slot")

    def cut_power_while_it_is_taken(self) -> str:
        """At a random moment of the update that is offered; what the kiosk had told by then."""
        self._until("an update that is under way", lambda: self._state() in UNDER_WAY, BEGUN_WITHIN)
        time.sleep(random.uniform(0, LATEST_CUT_SECONDS))
        state = self._state()
        self.machine.cut_power()
        return state

    def wait_until_running(self, version: str):
        """The kiosk took the update and restarted by itself."""
        self._until(f"a kiosk of version {version}", lambda: self.running()[0] == version, TAKEN_WITHIN)

    def wait_until_refused(self, version: str) -> str:
        """The kiosk runs its old version again and tells why; the reason's code."""
        self._until(f"the end of version {version}", lambda: self._state() == "failed", TAKEN_WITHIN)
        told = self._told()
        assert told["version"] == version, f"another version failed: {told}"
        return told["code"]

    def _told(self) -> dict:
        return (self.service.kiosk()["status"] or {}).get("update") or {}

    def _state(self) -> str:
        return self._told().get("state")

    def _until(self, what: str, holds, seconds: float):
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}; the fleet knows {self.service.kiosk()}"
            assert self.machine.qemu.poll() is None, f"QEMU ended: {(self.machine.outer / 'qemu.log').read_text()}"
            time.sleep(2)
