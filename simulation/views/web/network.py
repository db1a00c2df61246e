"""The addresses of this machine on the local network, and what may keep a room's phones from reaching them."""

from __future__ import annotations

import ipaddress
import re
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Address", "Finding", "PortTaken", "addresses", "findings", "names", "way_out"]

_TUNNEL = re.compile(r"tun|tap|wg|ppp|utun|ipsec|vpn|tailscale|zt|nordlynx|proton|wireguard|anyconnect", re.IGNORECASE)
_VIRTUAL = re.compile(r"docker|veth|br-|virbr|vmnet|vboxnet|vethernet|wsl|podman|cni|flannel", re.IGNORECASE)
"""Names that systems give to tunnels, and to networks between programs of this machine: our collection."""

Kind = Literal["network", "tunnel", "virtual"]


class PortTaken(OSError):
    """Somebody else listens there, or this machine does not have that address; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An IPv4 address of this machine.

    Attributes
    ----------
    interface, address
        Name of the interface, and its address.
    kind
        `tunnel`: a VPN, which phones in the room cannot reach; `virtual`: between programs of this machine.
    """

    interface: str
    address: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a look at the network brought: all well, something to mind, or a trap that stops phones."""

    level: Literal["well", "mind", "trap"]
    what: str
    do: str = ""


def addresses() -> list[Address]:
    """Every address by which other machines might reach this one; those that phones can use first."""
    import psutil

    up = psutil.net_if_stats()
    found = [
        Address(interface=name, address=each.address, kind=kind_of(name, flags=up[name].flags if name in up else ""))
        for name, given in psutil.net_if_addrs().items()
        for each in given
        if each.family == socket.AF_INET and usable(each.address) and (name not in up or up[name].isup)
    ]
    out = way_out()
    order: list[Kind] = ["network", "tunnel", "virtual"]
    return sorted(found, key=lambda each: (order.index(each.kind), each.address != out, each.interface))


def kind_of(interface: str, *, flags: str = "") -> Kind:
    """What an interface is, by its name and the flags that the system gives it.

    Examples
    --------
    >>> kind_of("wlan0"), kind_of("utun3"), kind_of("docker0"), kind_of("Local", flags="up,pointopoint")
    ('network', 'tunnel', 'virtual', 'tunnel')
    """
    if _VIRTUAL.match(interface):
        return "virtual"
    return "tunnel" if _TUNNEL.search(interface) or "pointopoint" in flags else "network"


def usable(address: str) -> bool:
    """Whether another machine might reach this address.

    Examples
    --------
    >>> usable("192.168.1.7"), usable("127.0.0.1"), usable("169.254.3.4")
    (True, False, False)
    """
    read = ipaddress.ip_address(address)
    return not (read.is_loopback or read.is_link_local or read.is_unspecified)


def way_out() -> str | None:
    """The address that this machine would use to reach the world, or None; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that documents use, and nobody has (RFC 5737)
            address: str = probe.getsockname()[0]
        except OSError:
            return None
    return address if usable(address) else None


def names() -> list[str]:
    """The names by which this machine may be asked on its network."""
    host = socket.gethostname().lower()
    return [host, f"{host.partition('.')[0]}.local"] if host else []


def findings(found: Sequence[Address], *, out: str | None, port: int, port_taken: str | None) -> list[Finding]:
    """What a facilitator should know before the room fills.

    Parameters
    ----------
    found
        This machine's addresses.
    out
        The address towards the world.
    port
        The port that the workshop would use.
    port_taken
        Why it cannot be used; None: it can.
    """
    on_network = [each for each in found if each.kind == "network"]
    tunnels = [each for each in found if each.kind == "tunnel"]
    result = [_of_network(on_network), *_of_tunnels(tunnels, out)]
    if port_taken is None:
        result.append(Finding(level="well", what=f"Port {port} is free."))
    else:
        result.append(
            Finding(
                level="trap", what=f"Port {port}: {port_taken}.", do="End what uses it, or choose another with --port."
            )
        )
    result.append(_of_firewall(port))
    result.append(
        Finding(
            level="mind",
            what="Whether the wireless network lets devices talk to each other cannot be seen from one machine.",
            do="Hotels and offices often forbid it (client isolation). Open the address on a phone now, on the network that "
            "the room will use; if nothing comes, use a router of your own, or a phone's hotspot (often 8 devices at most: one "
            "device a team).",
        )
    )
    return result


def _of_network(found: Sequence[Address]) -> Finding:
    listed = ", ".join(f"{each.address} ({each.interface})" for each in found)
    if not found:
        return Finding(
            level="trap",
            what="This machine is on no local network: phones cannot reach it.",
            do="Join the room's wireless network, or open a hotspot, then look again. One person alone needs none: --dry-run.",
        )
    if len(found) > 1:
        return Finding(
            level="mind",
            what=f"This machine has several addresses: {listed}. The first is used.",
            do="If phones are on another network, choose its address: --host ADDRESS.",
        )
    return Finding(level="well", what=f"One address on the local network: {listed}.")


def _of_tunnels(found: Sequence[Address], out: str | None) -> list[Finding]:
    if not found:
        return [Finding(level="well", what="No VPN or tunnel is up.")]
    listed = ", ".join(f"{each.address} ({each.interface})" for each in found)
    all_traffic = any(each.address == out for each in found)
    level: Literal["mind", "trap"] = "trap" if all_traffic else "mind"
    more = " and everything goes through it" if all_traffic else ""
    what = f"A VPN or tunnel is up: {listed}{more}. Phones in the room cannot reach that address."
    return [Finding(level=level, what=what, do="Switch it off for the workshop: many also block the local network.")]


def _of_firewall(port: int) -> Finding:
    do = {
        "win32": "Windows asks at the first start: allow Python on private networks, and call the room's network private.",
        "darwin": "macOS asks at the first start whether Python may take connections: allow it (Settings, Network, Firewall).",
    }.get(sys.platform)
    if do is None:
        active = _active_firewall()
        if active is None:
            return Finding(level="well", what="No active firewall was seen (ufw, firewalld).")
        do = {
            "ufw": f"sudo ufw allow {port}/tcp  (afterwards: sudo ufw delete allow {port}/tcp)",
            "firewalld": f"sudo firewall-cmd --add-port={port}/tcp  (until the next restart)",
        }[active]
        return Finding(level="mind", what=f"The firewall {active} is on.", do=do)
    return Finding(level="mind", what="A firewall may ask, or silently refuse.", do=do)


def _active_firewall() -> str | None:
    try:
        if re.search(r"^ENABLED=yes", Path("/etc/ufw/ufw.conf").read_text(encoding="utf-8"), re.MULTILINE):
            return "ufw"
    except OSError:
        pass
    return "firewalld" if Path("/run/firewalld").exists() else None
