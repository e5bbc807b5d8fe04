"""Another machine at the kiosk's own switch: a second network card of the machine under test, and its other end here."""

import asyncio
import subprocess

NAME = "neighbour"
MAC = "52:54:00:00:00:02"
AT_ONCE = 2000
ANSWER_WITHIN = 2


def arguments() -> list:
    """What QEMU is started with; this process must be in a network of its own."""
    subprocess.run(["ip", "tuntap", "add", NAME, "mode", "tap"], check=True)
    subprocess.run(["ip", "link", "set", NAME, "up"], check=True)
    return ["-netdev", f"tap,id={NAME},ifname={NAME},script=no,downscript=no",
            "-device", f"virtio-net-pci,netdev={NAME},mac={MAC},romfile="]


def open_tcp_ports(address: str) -> list:
    """All ports of this link-local address that let a connection in."""
    return asyncio.run(_open_tcp_ports(address))


async def _open_tcp_ports(address: str) -> list:
    slots, found = asyncio.Semaphore(AT_ONCE), []

    async def knock(port: int):
        async with slots:
            try:
                _, writer = await asyncio.wait_for(
                    asyncio.open_connection(f"{address}%{NAME}", port), ANSWER_WITHIN)
            except OSError:
                return
            writer.close()
            found.append(port)

    await asyncio.gather(*(knock(port) for port in range(1, 1 << 16)))
    return sorted(found)


def has_met(address: str) -> bool:
    """Whether it told its hardware's address to who asked: else its ports were not asked either."""
    told = subprocess.run(["ip", "-6", "neighbour", "show", "dev", NAME], check=True, capture_output=True, text=True)
    return f"{address} lladdr {MAC}" in told.stdout
