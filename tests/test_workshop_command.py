"""`silosim workshop` on the command line: its help, what it finds in a network, what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from simulation.cli import app
from simulation.views.web.network import Address, Finding, findings, kind_of, usable
from simulation.views.web.serving import bound
from simulation.views.web.workshop.starting import listening, qr_code

if TYPE_CHECKING:
    from pathlib import Path

HOME = Address(interface="wlan0", address="192.168.1.7", kind="network")
CABLE = Address(interface="eth0", address="10.0.0.4", kind="network")
VPN = Address(interface="tun0", address="10.8.0.2", kind="tunnel")


def run(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["workshop", *arguments])
    return answer.exit_code, answer.output


def told(*found: Address, out: str | None = None, port_taken: str | None = None) -> list[Finding]:
    return findings(found, out=out, port=8765, port_taken=port_taken)


def levels(found: list[Finding], word: str) -> set[str]:
    return {finding.level for finding in found if word in finding.what}


def test_the_help_teaches_by_examples() -> None:
    code, output = run("--help")
    assert code == 0
    assert "--check" in output
    assert "silosim workshop --lan" in output


def test_a_room_without_a_network_is_a_trap() -> None:
    assert levels(told(), "no local network") == {"trap"}


def test_one_address_is_well_and_several_are_to_be_minded() -> None:
    assert levels(told(HOME), "192.168.1.7") == {"well"}
    assert levels(told(HOME, CABLE), "several addresses") == {"mind"}


def test_a_vpn_is_a_trap_once_everything_goes_through_it() -> None:
    assert levels(told(HOME, VPN, out="192.168.1.7"), "VPN or tunnel is up") == {"mind"}
    assert levels(told(HOME, VPN, out="10.8.0.2"), "VPN or tunnel is up") == {"trap"}


def test_every_trap_says_what_to_do() -> None:
    found = told(VPN, out="10.8.0.2", port_taken="in use")
    assert {finding.level for finding in found} >= {"trap"}
    assert all(finding.do for finding in found if finding.level != "well")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("eth0", "network"), ("wlp3s0", "network"), ("en0", "network"), ("Wi-Fi", "network"), ("Ethernet 2", "network"),
        ("tun0", "tunnel"), ("wg0", "tunnel"), ("utun4", "tunnel"), ("tailscale0", "tunnel"), ("ppp0", "tunnel"),
        ("docker0", "virtual"), ("veth12ab", "virtual"), ("br-1a2b", "virtual"), ("vEthernet (WSL)", "virtual"),
    ],
)  # fmt: skip
def test_interfaces_are_told_apart_by_their_names(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.1.1", "0.0.0.0"])
def test_addresses_that_nobody_else_reaches_are_left_out(address: str) -> None:
    assert not usable(address)


def test_check_finds_a_port_in_use() -> None:
    with bound().socket as taken:
        code, output = run("--check", "--port", str(taken.getsockname()[1]))
    assert code == 2
    assert "TRAP" in output
    assert "--port" in output


def test_loopback_unless_the_network_is_asked_for() -> None:
    served, room_address = listening(host=None, lan=False, port=0)
    with served.socket as listens:
        assert listens.getsockname()[0] == room_address == "127.0.0.1"


def test_a_port_in_use_and_a_file_that_is_no_session_are_refused(tmp_path: Path) -> None:
    with bound().socket as taken:
        code, output = run("--port", str(taken.getsockname()[1]), "--session", str(tmp_path / "a.session"))
    assert (code, "--port" in output) == (2, True)
    wrong = tmp_path / "notes.txt"
    wrong.write_text("my notes " * 200, encoding="utf-8")
    code, output = run("--port", "0", "--session", str(wrong))
    assert (code, "no session" in output) == (2, True)
    assert wrong.read_text(encoding="utf-8").startswith("my notes")


def test_the_terminal_shows_a_code_to_scan() -> None:
    drawn = qr_code("http://192.168.1.7:8765/j/ABCDEF")
    assert len(drawn.splitlines()) > 10
