"""Whether four dotted numbers are a version, a section or an object identifier, or else an address.

The shape alone cannot tell `2.6.32.1` from `11.45.2.190`. Words before the number decide first, the nearest
one winning; then what is attached to the number; then its size: versions seldom have a part above 99.
"""

import re

from tasks.filter.transform.word_set import word_set

_VERSION_WORDS = word_set(
    """
    version release upgrade upgraded upgrades downgrade downgraded changelog changes update updated updates
    revision build firmware driver section sections chapter chapters clause clauses paragraph appendix
    figure table tables rfc oid semver since until prior fixed tag bump bumped bumps pin requires require
    compatible compat package packages depend depends dependency dependencies installed patch sdk runtime
    assembly fileversion productversion assemblyversion milestone backport ver vers versions releases oids
    identifier rv asn schema spec protocol product hotfix gem
    """
)
_ADDRESS_WORDS = word_set(
    """
    ip ips ipv4 ipaddr ipaddress address addresses addr host hosts hostname server servers gateway subnet
    cidr nameserver nameservers firewall network networks whitelist blacklist blocklist allowlist port
    """
)
_NETWORK_WORDS = word_set(
    """
    ssh scp sftp telnet ping traceroute http https ftp tcp udp rtsp rtmp mqtt listen peer peers allow deny
    dns route inet proxy bind connect remote client clients socket url uri endpoint endpoints iptables ufw
    nmap curl wget src dst resolver ntp vpn wan lan netmask forwarded login sshd
    connected connecting connection banned blocked port
    """
)
_ADDRESS_MEANING = dict.fromkeys(_ADDRESS_WORDS, "network")
_VERSION_MEANING = dict.fromkeys(_VERSION_WORDS, "version")
_WORDS = dict.fromkeys(_NETWORK_WORDS, "network") | _ADDRESS_MEANING | _VERSION_MEANING
_WORDS_AFTER = _ADDRESS_MEANING | _VERSION_MEANING
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|ipv4|IPv4")
_ATTACHED_VERSION = re.compile(
    r"""(?:[=~!]==? | [~<>]=\ ? | \^ | ~> \s? | [\w.]-  | /v?  | (?<![\w.])[vVrR]\.?\s? | _ | \bno\.\s? )\Z""",
    re.VERBOSE,
)
_URL_OR_CIDR_BEFORE = re.compile(r"(?:://|[\s\"'(\[=,;:>@]//?|\A//?)\Z")
_RANGE_BEFORE = re.compile(r"\d\.\d{1,3}\s?-\s?\Z")
_ATTACHED_SUFFIX = re.compile(r"-(?![\s\d\-])|-\d+(?!\d*\.\d)|\+(?=\w)|\.(?=[A-Za-z*x])|~\w|_\w")
_PACKAGE_BEFORE = re.compile(r"[/:][\w.-]+@\Z")
_OPENS_LIST = re.compile(r"\w.*[:=\[({]\s*\Z")
_WINDOW = 100


def is_version(text: str, start: int, end: int, octets: tuple[int, int, int, int]) -> bool:
    """True where the dotted quad `text[start:end]` is more likely a version or number than an address."""
    line_start = text.rfind("\n", max(0, start - _WINDOW), start) + 1 or max(0, start - _WINDOW)
    before = text[line_start:start]
    if _ATTACHED_SUFFIX.match(text, end):
        return True
    attached = _ATTACHED_VERSION.search(before)
    if attached and not _URL_OR_CIDR_BEFORE.search(before) and not _RANGE_BEFORE.search(before):
        return True
    if text[end : end + 1] == "/" and text[end + 1 : end + 2].isdigit():
        return False
    meant = _nearest_meaning(before) or _meaning_above(text, before, line_start) or _meaning_after(text, end)
    if meant:
        return meant == "version"
    if re.match(r":\d{2,5}\b", text[end : end + 6]):
        return False
    if before.endswith("@"):
        return bool(_PACKAGE_BEFORE.search(before))
    return _has_version_shape(octets, quoted=text[start - 1 : start] in ("'", '"') or before.endswith("\\n"))


def _nearest_meaning(before: str) -> str:
    """What the last telling word speaks of: "network", "version", or "" where there is none."""
    for word in reversed(_WORD.findall(before)):
        meaning = _WORDS.get(word.lower())
        if meaning:
            return meaning
    return ""


def _meaning_above(text: str, before: str, line_start: int) -> str:
    """The meaning of the key that opens the list whose item stands alone on this line."""
    if any(c.isalpha() for c in before):
        return ""
    above = text[max(0, line_start - 3 * _WINDOW) : line_start]
    for line in reversed(above.split("\n")):
        if _OPENS_LIST.search(line):
            return _nearest_meaning(line)
        if any(c.isalpha() for c in line):
            return ""
    return ""


def _meaning_after(text: str, end: int) -> str:
    """The meaning of the first telling word in the rest of the line."""
    newline = text.find("\n", end, end + _WINDOW)
    for word in _WORD.findall(text, end, newline if newline >= 0 else end + _WINDOW):
        if meaning := _WORDS_AFTER.get(word.lower()):
            return meaning
    return ""


def _has_version_shape(octets: tuple[int, int, int, int], *, quoted: bool) -> bool:
    """Small parts, fewer of them where the number is a string of its own, or zeros as releases have them."""
    first, second, third, _ = octets
    if octets[1:] == (0, 0, 0) or (first <= 30 and second == third == 0):
        return True
    if quoted:
        return first <= 10 and max(octets) <= 99
    return max(octets) <= (99 if first < 20 else 60)
