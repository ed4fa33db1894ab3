"""IPv4 and IPv6 addresses in source text.

Candidates come from the dots and colons between short groups of digits. Kept are addresses that point at
nobody: loopback, unspecified, broadcast, masks, documentation (RFC 5737, RFC 3849), private, shared, link
local, multicast and reserved ranges, and the resolvers everybody types; and numbers that only look like
addresses: versions, sections, object identifiers, times, hardware addresses, fingerprints, `A::B`.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address

from tasks.filter.transform.span import Span
from tasks.filter.transform.version_context import is_version

_IPV4_TAIL = re.compile(r"\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\w]|\.\d)")
_IPV6_MIDDLE = re.compile(":[0-9A-Fa-f]{0,4}:(?=[0-9A-Fa-f:])")
_GROUP_RUN = re.compile("[0-9A-Fa-f:.]++")
_HEX_DIGITS = "0123456789abcdefABCDEF"
_MAX_IPV6 = 45
_HARDWARE = re.compile(r"(?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2}")
_MASK_OCTETS = frozenset((0, 128, 192, 224, 240, 248, 252, 254, 255))
_PUBLIC_RESOLVERS = frozenset(
    (
        "8.8.8.8",
        "8.8.4.4",
        "1.1.1.1",
        "1.0.0.1",
        "9.9.9.9",
        "149.112.112.112",
        "208.67.222.222",
        "208.67.220.220",
    )
)
_SPECIAL_NETWORKS = tuple(
    map(
        IPv4Network,
        ("192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24"),
    )
)
_PUBLIC_RESOLVERS_V6 = frozenset(
    map(IPv6Address, ("2001:4860:4860::8888", "2001:4860:4860::8844", "2606:4700:4700::1111", "2620:fe::fe"))
)


def find_addresses(text: str) -> Iterator[Span]:
    """The addresses that may identify a machine, IPv6 first; a port, a mask length or a zone stays outside."""
    position = 0
    while colon := _IPV6_MIDDLE.search(text, position):
        run = _GROUP_RUN.match(text, colon.start())
        position = run.end() if run else colon.end()
        found = _ipv6_around(text, colon.start(), position)
        if found:
            yield found
    for tail in _IPV4_TAIL.finditer(text):
        found = _ipv4_ending_in(text, tail)
        if found:
            yield found


def _ipv4_ending_in(text: str, tail: re.Match[str]) -> Span | None:
    """The dotted quad whose last three parts matched, if it is the address of somebody's machine."""
    dot = tail.start()
    start = dot
    while start > 0 and dot - start < 4 and text[start - 1] in "0123456789":
        start -= 1
    if not 1 <= dot - start <= 3:
        return None
    before = text[start - 1 : start]
    joined = before.isalnum() or before == "_" or (before == "." and text[start - 2 : start - 1].isalnum())
    if joined and not _after_escape(text, start):
        return None
    parts = (text[start:dot], tail[1], tail[2], tail[3])
    if any(len(part) > 1 and part[0] == "0" for part in parts):
        return None
    first, second, third, fourth = (int(part) for part in parts)
    octets = (first, second, third, fourth)
    if max(octets) > 255 or _is_nobody(octets) or ".".join(parts) in _PUBLIC_RESOLVERS:
        return None
    if is_version(text, start, tail.end(), octets):
        return None
    return Span("ip", start, tail.end())


def _after_escape(text: str, start: int) -> bool:
    """Whether the letter before is the end of an escape in a string, such as a line feed."""
    return text[start - 2 : start] in ("\\n", "\\r", "\\t")


def _is_nobody(octets: tuple[int, int, int, int]) -> bool:
    """Ranges of no use to find a machine, and netmasks."""
    if octets[0] in (0, 127, 255) or (
        octets[0] >= 128 and _MASK_OCTETS.issuperset(octets) and _is_mask(octets)
    ):
        return True
    address = IPv4Address(bytes(octets))
    return not address.is_global or address.is_multicast or any(address in net for net in _SPECIAL_NETWORKS)


def _is_mask(octets: tuple[int, int, int, int]) -> bool:
    bits = int.from_bytes(bytes(octets), "big")
    inverted = ~bits & 0xFFFFFFFF
    return inverted & (inverted + 1) == 0


def _ipv6_around(text: str, colon: int, end: int) -> Span | None:
    """The IPv6 address that holds this colon, if there is one and it names a machine in the world."""
    window = text[max(0, colon - 5) : colon]
    start = colon - len(window) + len(window.rstrip(_HEX_DIGITS))
    if end - start > _MAX_IPV6:
        return None
    body = text[start:end].rstrip(".")
    if body.endswith(":") and not body.endswith("::"):
        body = body[:-1]
    end = start + len(body)
    if "::" not in body and body.count(":") != (6 if "." in body else 7):
        return None
    before, after = text[start - 1 : start], text[end : end + 1]
    if after.isalnum() or after == "_":
        return None
    if (before.isalnum() or before in tuple("_.$@:")) and not _after_escape(text, start):
        return None
    try:
        address = IPv6Address(body)
    except ValueError:
        return None
    return None if _is_no_ipv6_host(body, address) else Span("ip", start, end)


def _is_no_ipv6_host(body: str, address: IPv6Address) -> bool:
    """Whether the groups are a fingerprint, a scope operator or a range that names no machine."""
    groups = [group for group in body.split(":") if group]
    if _HARDWARE.fullmatch(body) or not any(c.isdigit() for c in body):
        return True
    if address.ipv4_mapped:
        first, second, third, fourth = address.ipv4_mapped.packed
        return _is_nobody((first, second, third, fourth))
    if address in _PUBLIC_RESOLVERS_V6 or address.is_multicast or not address.is_global:
        return True
    if "::" in body:
        return not 0x2000 <= int.from_bytes(address.packed[:2], "big") < 0x4000 or len(groups) < 2
    return all(len(group) < 3 for group in groups)
