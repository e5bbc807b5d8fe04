"""What an attacker with the machine's disk in hand can try: each is done to the disk of a machine that is switched off, tried
by switching it on, and undone. A machine that shows its kiosk after all has lost.
"""

import re
import subprocess
import time

from agent import Agent
from machine import SECTOR_BYTES, Machine
from other_tpm import OtherTpm


class Tamper:
    """At `machine`, which took `seconds` from power-on to its first screen."""

    def __init__(self, machine: Machine, seconds: float):
        self.machine, self.within = machine, 1.5 * seconds + 60

    def changed_root(self):
        """One bit of the root's first block, and one of the program itself."""
        root = self.machine.partition("root")["start"] * SECTOR_BYTES
        for name, place in (("root-superblock", root + 1024), ("root-program", root + self._place_of_program())):
            self._flip(place)
            self._is_refused(name)
            self._flip(place)

    def changed_kernel_image(self):
        """One bit of the signed kernel image, and a kernel image that another key signed."""
        place, kept = self._kernel_image()
        changed = bytearray(kept.read_bytes())
        changed[len(changed) // 2] ^= 1
        self._replaced(place, bytes(changed), kept, "kernel-image-bit")
        other = self.machine.outer / "other.efi"
        self.machine.inside("sh", "-euc", f"""
            cd {self.machine.inner}
            openssl req -quiet -new -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.crt -days 1 -subj /CN=other
            cp kept.efi other.efi
            sbattach --remove other.efi
            sbsign --key other.key --cert other.crt --output other.efi other.efi""",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._replaced(place, other.read_bytes(), kept, "kernel-image-of-another-key")

    def foreign_command_line(self):
        """The test's own way in, signed by another key: the kiosk starts, and nobody gets in."""
        Agent.prepare(self.machine, f"{self.machine.inner}/other")
        self.machine.start(*Agent.arguments(self.machine))
        agent = Agent(self.machine)
        agent.connect()
        assert self._is_drawn(self.within), "with a foreign addition the kiosk does not start any more"
        try:
            agent.wait(20)
        except TimeoutError:
            print("command line of another key: not taken; nobody gets in", flush=True)
        else:
            raise AssertionError("a command line that another key signed was taken")
        self.machine.cut_power()
        self.machine.remove_from_boot_partition("loader/addons/agent.addon.efi")

    def replaced_tpm(self):
        """Another TPM: /var stays shut and the kiosk asks for provisioning; what comes after it has its own TPM again."""
        other = OtherTpm(self.machine)
        other.put_in()
        other.asks_for_provisioning(self.within)
        self.machine.cut_power()
        other.put_back()
        other.throw_away()

    # -- the disk in hand

    def _place_of_program(self) -> int:
        """Where the program's first packed block lies, in an image built like the one on this disk."""
        version = (self.machine.folder / "out/version").read_text().strip()
        told = self.machine.inside("dump.erofs", "--path=/usr/bin/muwajaha", "-e", f"/image/out/muwajaha_{version}.root.raw",
                                   stdout=subprocess.PIPE, text=True)
        return int(re.search(r"^ *0: .*: *(\d+)\.\.", told.stdout, re.MULTILINE).group(1))

    def _flip(self, place: int):
        with open(self.machine.disk, "r+b") as disk:
            disk.seek(place)
            byte = disk.read(1)[0]
            disk.seek(place)
            disk.write(bytes([byte ^ 1]))

    def _kernel_image(self):
        """Its place in the EFI partition, and a copy of it."""
        place = self.machine.boot_files("EFI/Linux")[0]
        return place, self.machine.copy_from_boot_partition(place, self.machine.outer / "kept.efi")

    def _replaced(self, place: str, content: bytes, kept, name: str):
        changed = self.machine.outer / "changed.efi"
        changed.write_bytes(content)
        self.machine.copy_to_boot_partition(changed, place)
        self._is_refused(name)
        self.machine.copy_to_boot_partition(kept, place)

    # -- what is seen

    def _is_refused(self, name: str):
        self.machine.start()
        drawn = self._is_drawn(self.within)
        picture = self.machine.outer / f"{name}.png"
        self.machine.picture(picture)
        self.machine.cut_power()
        assert not drawn, f"{name}: the kiosk came up all the same; look at {picture}"
        print(f"{name}: does not boot within {self.within:.0f} s", flush=True)

    def _is_drawn(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.machine.screen().is_drawn():
                return True
            time.sleep(1)
        return False
