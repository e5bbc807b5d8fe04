"""A machine whose TPM was replaced, as when its disk is put into another machine: /var stays shut, the kiosk asks for
provisioning, and nothing on the disk changes before it was provisioned.
"""

import hashlib
import shutil
import time

from agent import Agent
from machine import SECTOR_BYTES, Machine

PARTITION = "kiosk-var"
# The volume's header and the beginning of what is in it.
LOOKED_AT_BYTES = 64 << 20
ASKS = """set -e
test -e /run/muwajaha-disk/closed; test ! -e /dev/mapper/var; test ! -e /var/lib/muwajaha/identity.toml
test -e /run/muwajaha/first-frames-drawn
journalctl -b -u kiosk.service --no-pager -o cat | grep 'K-12'"""


class OtherTpm:
    """At a machine that is switched off."""

    def __init__(self, machine: Machine):
        self.machine = machine
        self.tpm, self.own, self.other = (machine.outer / name for name in ("tpm", "tpm.own", "tpm.other"))

    def put_in(self):
        """The other TPM: an empty one at first, the same one later."""
        self.tpm.rename(self.own)
        if self.other.exists():
            self.other.rename(self.tpm)
        else:
            self.tpm.mkdir()

    def put_back(self):
        self.tpm.rename(self.other)
        self.own.rename(self.tpm)

    def throw_away(self):
        shutil.rmtree(self.other, ignore_errors=True)

    def asks_for_provisioning(self, within: float) -> Agent:
        """Switches the machine on: the wizard is drawn and says K-12, and the disk is what it was. The machine stays on."""
        before = self.disk()
        Agent.prepare(self.machine)
        self.machine.start(*Agent.arguments(self.machine))
        agent = Agent(self.machine)
        agent.connect()
        agent.wait(within)
        told = until(lambda: agent.run(ASKS), "the kiosk does not ask for provisioning", within)
        print(f"another TPM, {self.machine.seconds_on():.0f} s after power-on: {told.splitlines()[-1]}", flush=True)
        time.sleep(5)
        self.machine.picture(self.machine.outer / "another-tpm.png")
        assert self.disk() == before, "the disk was changed, and nobody has provisioned the machine"
        return agent

    def disk(self) -> str:
        """What tells /var's partition from another: its place, its name and how it begins."""
        partition = self.machine.named_partition(PARTITION)
        digest = hashlib.sha256(repr(sorted(partition.items())).encode())
        with open(self.machine.disk, "rb") as disk:
            disk.seek(partition["start"] * SECTOR_BYTES)
            digest.update(disk.read(LOOKED_AT_BYTES))
        return digest.hexdigest()


def until(seen, otherwise: str, within: float):
    """What `seen` finds once it finds something; what it stumbles over meanwhile is only told at the end."""
    deadline, last = time.monotonic() + within, None
    while time.monotonic() < deadline:
        try:
            if found := seen():
                return found
        except (RuntimeError, TimeoutError) as error:
            last = error
        time.sleep(2)
    raise AssertionError(f"{otherwise} within {within:.0f} s: {last}")
