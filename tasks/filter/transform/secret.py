"""Passwords, keys and tokens: by their form, by their position and by the name beside them."""

from collections.abc import Iterator

from tasks.filter.transform.anchors import anchors_in
from tasks.filter.transform.assignments import find_assigned, lowered
from tasks.filter.transform.credentials import find_credentials
from tasks.filter.transform.known_keys import find_known_keys
from tasks.filter.transform.span import Span


def find_secrets(text: str, language: str = "") -> Iterator[Span]:
    """The values only, never the names; spans may overlap where two signs point at one value."""
    lower = lowered(text)
    present = anchors_in(text)
    yield from find_known_keys(text, present)
    yield from find_credentials(text, lower, present)
    yield from find_assigned(text, lower, present, language)
