"""A place where a secret may stand: its name, what joins the two, and whether users or hosts are named nearby."""

import re
from dataclasses import dataclass

from tasks.filter.transform.secret_names import SecretName
from tasks.filter.transform.secret_values import is_secret

_COMPANY = re.compile(
    r"\b(?:user|ssid|usr|uid|user_?name|login|host|host_?name|server|database|db_?name|db|account|e?mail"
    r"|data source|port|\w{1,20}_(?:user|host|login|db))[\"'\]]?\s?(?:=>|[:=,>])",
    re.IGNORECASE,
)
_WINDOW = 160


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that promises a secret; offsets in the text. `join` says what stands between name and value."""

    name: SecretName
    spelled: str
    start: int
    join: str
    name_end: int
    join_start: int
    value_start: int


def holds_secret(text: str, candidate: Candidate, value: str, *, company_counts: bool = True) -> bool:
    """Whether the value is the secret its name promises, or would be beside a user or host, and stands there."""
    if not is_secret(value, candidate.name, in_company=company_counts):
        return False
    return is_secret(value, candidate.name) or in_company(text, candidate)


def in_company(text: str, candidate: Candidate) -> bool:
    """Whether a user, host or database is given a value nearby, as in settings for a connection."""
    start, end = candidate.start, candidate.value_start
    return bool(
        _COMPANY.search(text, max(0, start - _WINDOW), start) or _COMPANY.search(text, end, end + _WINDOW)
    )
