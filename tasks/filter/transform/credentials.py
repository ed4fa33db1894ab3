"""Secrets known by their position: in URLs, in calls that log in, after options of well-known commands.

`scheme://user:PASSWORD@host`, `new PDO($dsn, 'shop', PASSWORD)`, `Authorization: Bearer TOKEN`,
`IDENTIFIED BY 'PASSWORD'`, `curl -u user:PASSWORD`. Here no name of a variable helps, but the position is sure.
"""

import base64
import binascii
import re
from collections.abc import Iterator

from tasks.filter.transform.anchors import anchor
from tasks.filter.transform.secret_names import SecretName, secret_name
from tasks.filter.transform.secret_values import is_placeholder, is_secret
from tasks.filter.transform.span import Span

_PASSWORD_AFTER = tuple(
    (anchor(name), re.compile(pattern))
    for name, pattern in (
        ("://", r"://[^\s/:@\"'<>`?#]{0,100}:(?P<secret>[^\s/\"'<>`,]{1,200})@(?=[\w\[$%{.])(?!sha\d)"),
        ("dbc", r"jdbc:oracle:thin:[\w.-]{1,60}/(?P<secret>[^\s@/\"']{1,100})@"),
        ("lpl", r"sqlplus\s+(?:-\w+\s+){0,3}[\"']?[\w.-]{1,60}/(?P<secret>[^\s@/\"']{1,100})(?=[@\s\"'])"),
        (
            "rl ",
            r"curl\b[^\n]{0,300}?\s(?:-u|--user|--proxy-user|-U)[ =]?[\"']?[^\s:\"'$/]{1,80}:"
            r"(?P<secret>[^\s\"'`]{1,200})",
        ),
        (
            "ysq",
            r"mysql(?:dump|admin|import|show|check|sh)?(?=\s)[^\n|;]{0,200}?\s-p(?P<secret>[^\s\"'$=-][^\s\"';|<>)]{1,100})",
        ),
        (
            "ysq",
            r"mysql(?:dump|admin|import|show|check|sh)?(?=\s)[^\n|;]{0,200}?\s-p[\"'](?P<secret>[^\"'\n$]{2,100})[\"']",
        ),
        ("hpa", r"sshpass\s{1,4}-p\s{0,4}[\"']?(?P<secret>[^\s\"']{1,100})"),
        ("cke", r"docker\s+login\b[^\n]{0,200}?\s-p\s+[\"']?(?P<secret>[^\s\"']{1,200})"),
        ("-cl", r"redis-cli\b[^\n]{0,200}?\s-a\s+[\"']?(?P<secret>[^\s\"']{1,100})"),
        (
            "hpa",
            r"echo\s+(?:-n\s+)?[\"']?[\w.-]{1,40}:(?P<secret>[^\s\"'|:]{1,100})[\"']?\s*\|\s*(?:sudo\s+)?chpasswd\b",
        ),
        (
            "tpa",
            r"htpasswd\s+(?:-\w+\s+){1,4}[^\s]{1,100}\s+[\w.-]{1,60}\s+[\"']?(?P<secret>[^\s\"']{3,100})",
        ),
        ("-pa", r"-pass(?:in|out)?\s+[\"']?pass:(?P<secret>[^\s\"']{1,100})"),
    )
)
_IDENTIFIED_ANCHOR, _IDENTIFIED = (
    anchor("tif"),
    re.compile(
        r"identified\s{1,4}(?:with\s{1,4}\w{1,40}\s{1,4})?by\s{1,4}(?:password\s{1,4})?(?:'|\"(?=[^\"\d\n]{0,40}\d))"
        r"(?P<secret>[^\"'\n]{1,200})[\"']"
    ),
)
_AUTHORIZATION_ANCHOR, _AUTHORIZATION = (
    anchor("aut"),
    re.compile(
        r"authorization[\"'\]]{0,2}\s{0,4}(?:=>|[:=,]|\s(?=[\"']))\s{0,4}[\"'`]?"
        r"(?:(?P<scheme>basic|bearer|token|apikey|digest)\s+)?"
        r"(?P<secret>[0-9a-z+/=_.:~-]{8,4096}+)"
    ),
)
_BEARER_ANCHOR, _BEARER = anchor("bea"), re.compile(r"bearer[ :]\s{0,2}(?P<secret>[0-9a-z+/=_.~-]{16,4096}+)")
_URL_TOKEN_ANCHOR, _URL_TOKEN = anchor("://"), re.compile(r"://(?P<secret>[0-9A-Za-z_-]{20,200}+)@")
_INSERT_ANCHOR, _INSERT = anchor("pas", "pw"), re.compile(r"\)\s{0,20}values\s{0,20}\(")
_CALLS = tuple(
    (anchor(name), re.compile(stem + r"\w{0,30}+\s?=?\s?\("))
    for stem, name in {
        "connect": "nne",
        "pdo": "pdo",
        "mysqli": "qli",
        "login": "ogi",
        "auth": "aut",
        "credential": "cre",
        "imap_open": "p_o",
        "ftp": "ftp",
        r"wifi\.begin": "wif",
    }.items()
)
_PASSWORD_POSITION = {
    **dict.fromkeys(("auth", "basicauth", "basic_auth", "http_basic_auth", "httpbasicauth", "digestauth"), 1),
    **dict.fromkeys(
        ("httpdigestauth", "setbasicauth", "set_basic_auth", "proxyauth", "passwordauthentication"), 1
    ),
    **dict.fromkeys(("usernamepasswordcredentials", "usernamepasswordauthenticationtoken", "http_auth"), 1),
    **dict.fromkeys(("credentials", "credential", "plaincredentials", "networkcredential", "oci_connect"), 1),
    **dict.fromkeys(("authenticate", "login", "login_user", "userlogin", "httpproxyauth", "httpauth"), 1),
    **dict.fromkeys(("pdo", "mysqli", "connect", "dbconnect", "db_connect", "mysql_connect"), 2),
    **dict.fromkeys(
        ("mysqli_connect", "mysql_pconnect", "mssql_connect", "odbc_connect", "ibase_connect"), 2
    ),
    **dict.fromkeys(
        ("sybase_connect", "db2_connect", "real_connect", "getconnection", "createconnection"), 2
    ),
    **dict.fromkeys(("ftp_login", "ldap_bind", "ssh2_auth_password", "imap_open", "ssh_auth_password"), 2),
    **dict.fromkeys(("ftp", "ftp_tls"), 2),
    "wifi.begin": 1,
    "mysql_real_connect": 3,
}
"""Name of a function in lower case -> which of its arguments, from 0, is the password."""
_ARGUMENT = re.compile(
    r"""\s*(?:
        [@$a-zA-Z]{0,2}(?P<quote>["'])(?P<value>(?:[^"'\\\n]|\\.|(?!(?P=quote))["']){0,200}+)(?P=quote)[\w.()\ ]{0,30}
        |(?P<other>[^,()"']{1,100}(?:\([^()"']{0,60}\))?[^,()"'\n]{0,60}))\s*(?P<stop>[,)])""",
    re.VERBOSE,
)
_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"
_USER = re.compile(r"[\w.@+\\-]{1,64}\Z")
_USER_VARIABLE = re.compile(r"user|name|login", re.IGNORECASE)
_MIN_ARGUMENT = 5
_PASSWORD = SecretName("password", "named", True)
_TOKEN = SecretName("key", "named", True)
_ANY_TOKEN = SecretName("key", "general", False)


def find_credentials(text: str, lower: str, present: int) -> Iterator[Span]:
    """Passwords and tokens by position, in any order; `lower` is the text in lower case, place for place."""
    for needed, pattern in _PASSWORD_AFTER:
        if present & needed:
            yield from _passwords(pattern, text, text)
    if present & _IDENTIFIED_ANCHOR:
        yield from _passwords(_IDENTIFIED, lower, text)
    if present & _AUTHORIZATION_ANCHOR:
        yield from _tokens(_AUTHORIZATION, lower, text, _TOKEN)
    if present & _BEARER_ANCHOR:
        yield from _tokens(_BEARER, lower, text, _TOKEN)
    if present & _URL_TOKEN_ANCHOR:
        yield from _tokens(_URL_TOKEN, text, text, _ANY_TOKEN)
    for needed, stem in _CALLS:
        if present & needed:
            yield from _arguments(stem, text, lower)
    if present & _INSERT_ANCHOR and "values" in lower:
        yield from _inserted(text, lower)


def _passwords(pattern: re.Pattern[str], searched: str, text: str) -> Iterator[Span]:
    """The group `secret` of every match that is no placeholder."""
    for match in pattern.finditer(searched):
        start, end = match.span("secret")
        if not is_placeholder(text[start:end]):
            yield Span("password", start, end)


def _tokens(pattern: re.Pattern[str], searched: str, text: str, name: SecretName) -> Iterator[Span]:
    """The group `secret` of every match that looks like a key; after `Basic`, of any that holds `user:password`."""
    for match in pattern.finditer(searched):
        start, end = match.span("secret")
        basic = match.groupdict().get("scheme") == "basic" and _is_user_and_password(text[start:end])
        if basic or is_secret(text[start:end], name):
            yield Span("key", start, end)


def _is_user_and_password(encoded: str) -> bool:
    """Whether this is base64 of `user:password`."""
    try:
        return b":" in base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False


def _inserted(text: str, lower: str) -> Iterator[Span]:
    """The passwords among the values of SQL insertions that name their columns."""
    for match in _INSERT.finditer(lower):
        opening = lower.rfind("(", max(0, match.start() - 600), match.start())
        columns = lower[opening + 1 : match.start()].split(",") if opening >= 0 else []
        names = [secret_name(column.strip(" `[]\n\t'")) for column in columns]
        position = next((n for n, name in enumerate(names) if name and name.kind == "password"), -1)
        arguments = _arguments_up_to(text, match.end(), position) if position >= 0 else None
        value = arguments[-1]["value"] if arguments else None
        if arguments and value is not None and is_secret(value, _PASSWORD, in_company=True):
            yield Span("password", *arguments[-1].span("value"))


def _arguments(stem: re.Pattern[str], text: str, lower: str) -> Iterator[Span]:
    """The passwords among the arguments of calls that log in."""
    for match in stem.finditer(lower):
        before = lower[max(0, match.start() - 30) : match.start()]
        name = before[len(before.rstrip(_NAME_CHARACTERS)) :] + match[0].rstrip("( =\t\n")
        position = _PASSWORD_POSITION.get(name)
        span = _argument(text, match.end(), position) if position else None
        if span:
            yield span


def _argument(text: str, start: int, position: int) -> Span | None:
    """The literal at this position of the argument list, right after that of the user, if it is a password."""
    arguments = _arguments_up_to(text, start, position)
    if arguments is None:
        return None
    user, secret = arguments[-2:]
    value = secret["value"]
    if value is None or len(value) < _MIN_ARGUMENT or not is_secret(value, _PASSWORD, in_company=True):
        return None
    known_user = _USER.match(user["value"]) if user["value"] is not None else _USER_VARIABLE.search(user[0])
    return Span("password", *secret.span("value")) if known_user else None


def _arguments_up_to(text: str, start: int, position: int) -> list[re.Match[str]] | None:
    """The arguments from the first to this position; None where there are fewer or one is not simple."""
    arguments: list[re.Match[str]] = []
    while len(arguments) <= position:
        argument = _ARGUMENT.match(text, start)
        if argument is None:
            return None
        arguments.append(argument)
        start = argument.end()
        if argument["stop"] == ")" and len(arguments) <= position:
            return None
    return arguments
