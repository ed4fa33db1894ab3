"""The transform of one file: notices removed, personal data and secrets replaced by placeholders (paper 2.1.1).

Notices go first; in what is left a secret wins over an e-mail address and that over an IP address where they
overlap. The result is searched again until nothing more is found, since a removed line can bring two others
together: so redacting a result changes nothing. All spans count in the text as given.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from models.transform import TransformConfig
from tasks.filter.transform.address import find_addresses
from tasks.filter.transform.copyright import find_notices
from tasks.filter.transform.email import find_emails
from tasks.filter.transform.secret import find_secrets
from tasks.filter.transform.span import Kind, Span, without_overlaps


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text after the transform, and what was changed: disjoint spans of the text before, sorted by start."""

    text: str
    spans: tuple[Span, ...]


def redact(text: str, language: str, config: TransformConfig) -> Redacted:
    """The text without notices, personal data and secrets; the very same object where nothing was found.

    `language` as in the language table, lower case; an unknown one costs some recall, never an error.
    """
    language = language.lower()
    placeholders = _placeholders(config)
    spans: tuple[Span, ...] = ()
    redacted = text
    while found := _find(redacted, language, config, placeholders):
        covered = _in_input(spans, found, placeholders)
        if [(s.start, s.end) for s in covered] == [(s.start, s.end) for s in spans]:
            break  # A placeholder that is itself an address or a key, or holds one.
        spans = covered
        redacted = replace(text, spans, placeholders)
    return Redacted(redacted, spans)


def replace(text: str, spans: tuple[Span, ...], placeholders: Mapping[Kind, str]) -> str:
    """The text with each span's placeholder in its place; spans sorted and disjoint."""
    parts: list[str] = []
    position = 0
    for span in spans:
        parts += (text[position : span.start], placeholders[span.kind])
        position = span.end
    parts.append(text[position:])
    return "".join(parts)


def _placeholders(config: TransformConfig) -> dict[Kind, str]:
    return {
        "email": config.email_placeholder,
        "ip": config.ip_placeholder,
        "password": config.password_placeholder,
        "key": config.key_placeholder,
        "copyright": "",
    }


def _find(
    text: str, language: str, config: TransformConfig, placeholders: Mapping[Kind, str]
) -> tuple[Span, ...]:
    """What to change next: the notices, or if there are none the rest, without what is a placeholder already."""
    notices = tuple(find_notices(text, language)) if config.strip_copyright else ()
    if notices:
        return notices
    secrets = [
        span
        for span in (find_secrets(text, language) if config.redact_passwords or config.redact_keys else ())
        if (config.redact_passwords if span.kind == "password" else config.redact_keys)
    ]
    emails = find_emails(text, language) if config.redact_emails else ()
    addresses = find_addresses(text) if config.redact_ip_addresses else ()
    written = set(placeholders.values())
    found = without_overlaps((secrets, emails, addresses))
    return tuple(span for span in found if text[span.start : span.end] not in written)


def _in_input(
    known: tuple[Span, ...], found: tuple[Span, ...], placeholders: Mapping[Kind, str]
) -> tuple[Span, ...]:
    """`known` spans of the input, with those `found` in the text after replacing them, as spans of the input.

    A new span that takes in a placeholder swallows the span it stands for; one inside a placeholder is dropped.
    """
    merged: list[Span] = []
    i = 0
    shift = 0  # input offset minus output offset, left of known[i]
    for new in found:
        while i < len(known) and _output_end(known[i], shift, placeholders) <= new.start:
            merged.append(known[i])
            shift = known[i].end - _output_end(known[i], shift, placeholders)
            i += 1
        start, end = new.start + shift, 0
        if (
            i < len(known)
            and known[i].start <= start
            and new.end <= _output_end(known[i], shift, placeholders)
        ):
            continue
        while i < len(known) and known[i].start - shift < new.end:
            start, end = min(start, known[i].start), known[i].end
            shift = known[i].end - _output_end(known[i], shift, placeholders)
            i += 1
        merged.append(Span(new.kind, start, max(end, new.end + shift)))
    merged.extend(known[i:])
    return tuple(merged)


def _output_end(span: Span, shift: int, placeholders: Mapping[Kind, str]) -> int:
    """Where the placeholder of a span ends in the output, given the shift left of it."""
    return span.start - shift + len(placeholders[span.kind])
