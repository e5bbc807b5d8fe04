"""A root shell in a machine under test, for looking at it from within.

The image has no shell and takes no unit from outside. So the test signs, with the facility's key, an addition to the
kernel's command line that lets firmware credentials in again, and brings a shell on a disk of its own: the image's own
files stay what they are. Without that key none of this works.
"""

import re
import socket
import subprocess
import time
import uuid

from machine import Machine, credential

COMMAND_LINE = "systemd.import_credentials=yes modules_load=vivid console=ttyS0 loglevel=5 systemd.show_status=yes"
UNIT = """
[Unit]
Description=The test's agent
[Service]
Environment=PATH=/usr/sbin:/usr/bin:/run/agent
ExecStartPre=mkdir -p /run/agent
ExecStartPre=mount -o ro /dev/disk/by-id/virtio-agent /run/agent
ExecStart=/run/agent/busybox sh -c 'exec 3<>/dev/virtio-ports/agent; exec /run/agent/busybox sh <&3 >&3 2>&3'
ExecStopPost=-umount /run/agent
Restart=always
RestartSec=1
"""
# Emulated, a kiosk is many times slower than the machines that its watchdog is for.
PATIENCE = "[Service]\nWatchdogSec=10min\nTimeoutStartSec=10min\n"
# Without a graphics card, a compositor that copies pixels is spared a second emulated rendering.
COPIES = "[Service]\nEnvironment=WLR_RENDERER=pixman\n"
WANTED = "[Unit]\nWants=agent.service\n"


class Agent:
    """The shell; `machine` must have been prepared and started with `arguments`."""

    def __init__(self, machine: Machine):
        self.machine = machine
        self.connection = None

    @staticmethod
    def prepare(machine: Machine, key: str = "/image/keys/db"):
        """Makes the signed addition and the agent's disk, before the machine is switched on."""
        machine.inside(
            "ukify", "build", f"--cmdline={COMMAND_LINE}", f"--secureboot-private-key={key}.key",
            f"--secureboot-certificate={key}.crt", f"--output={machine.inner}/agent.addon.efi",
            stdout=subprocess.DEVNULL)
        machine.copy_to_boot_partition(machine.outer / "agent.addon.efi", "loader/addons/agent.addon.efi")
        machine.inside("sh", "-euc", f"""
            cd {machine.inner}; rm -rf agent agent.raw; mkdir agent; cp /usr/bin/busybox agent/
            for tool in $(busybox --list); do [ $tool = busybox ] || ln -s busybox agent/$tool; done
            mkfs.erofs --quiet agent.raw agent""")

    @staticmethod
    def arguments(machine: Machine) -> list:
        """What QEMU is started with."""
        return [
            "-drive", f"if=none,id=agentdisk,format=raw,readonly=on,file={machine.inner}/agent.raw",
            "-device", "virtio-blk-pci,drive=agentdisk,serial=agent",
            *credential("systemd.extra-unit.agent.service", UNIT),
            *credential("systemd.unit-dropin.multi-user.target", WANTED),
            *credential("systemd.unit-dropin.kiosk.service", PATIENCE),
            *credential("systemd.unit-dropin.kiosk-compositor.service", COPIES),
        ]

    def connect(self):
        """Before the machine opens its side."""
        self.connection = self.machine.channel("agent")

    def wait(self, seconds: float):
        """Until the shell answers."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                self.run("true", 5)
                return
            except TimeoutError:
                pass
        raise TimeoutError(f"no shell in the machine within {seconds:.0f} s")

    def run(self, command: str, seconds: float = 60) -> str:
        """Runs a command; its output, or an error with it where it failed."""
        mark = uuid.uuid4().hex
        self.connection.sendall(f"\n{{ {command}\n}} 2>&1 </dev/null; echo; echo {mark}:$?:\n".encode())
        self.connection.settimeout(0.5)
        heard = b""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                heard += self.connection.recv(1 << 16)
            except socket.timeout:
                continue
            end = re.search(rf"\n{mark}:(\d+):".encode(), heard)
            if end:
                said = heard[: end.start()].decode(errors="replace").strip()
                if end.group(1) != b"0":
                    raise RuntimeError(f"in the machine: {command}\n{said}")
                return said
        raise TimeoutError(f"no answer within {seconds:.0f} s: {command}\n{heard.decode(errors='replace')}")
