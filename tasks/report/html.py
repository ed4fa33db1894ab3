"""HTML as values: every text is escaped unless it is an `Html`, which only these functions make.

    element("p", "kept ", element("b", count(12)), class_="note")  ->  <p class="note">kept <b>12</b></p>

Paths and repository names come from strangers, so characters that would hide or reorder text
(control characters, bidirectional overrides) are shown as escapes and never take effect.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

_DECEPTIVE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_VOID = frozenset({"br", "hr", "meta", "wbr"})


class Html(str):
    """Markup that is safe to put into the page as it is."""

    __slots__ = ()


Child = str | Iterable["Child"] | None
"""Text (escaped), markup (kept), several of them, or nothing."""


def escape(text: str) -> Html:
    """The text as markup that shows exactly its characters, invisible ones by their code point."""
    return Html(html.escape(_DECEPTIVE.sub(lambda match: f"\\u{ord(match[0]):04x}", text), quote=True))


def join(*children: Child) -> Html:
    """The children one after the other."""
    return Html("".join(_render(children)))


def element(tag: str, *children: Child, **attributes: str | None) -> Html:
    """One element; an underscore ends `class_` and stands for the dash in `aria_label`; None is left out."""
    rendered = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    opening = f"<{tag}{rendered}>"
    return Html(opening if tag in _VOID else f"{opening}{join(*children)}</{tag}>")


def raw(markup: str) -> Html:
    """Markup from a constant of the program; never from data."""
    return Html(markup)


def block(identifier: str, title: str, *children: Child) -> Html:
    """One section of the page under its heading."""
    return element("section", element("h2", title), *children, id=identifier)


def note(*children: Child) -> Html:
    """A line of explanation."""
    return element("p", *children, class_="note")


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of a column, and whether it holds text, numbers or code such as paths."""

    title: str
    kind: Literal["text", "number", "code"] = "text"


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Child]]) -> Html:
    """A table with a caption; the first cell of a row is its heading. Wide tables scroll sideways."""
    head = [element("th", column.title, scope="col", class_=column.kind) for column in columns]
    body = [
        element(
            "tr",
            [
                element("td", cell, class_=column.kind)
                if index
                else element("th", cell, scope="row", class_=column.kind)
                for index, (column, cell) in enumerate(zip(columns, row, strict=True))
            ],
        )
        for row in rows
    ]
    whole = element(
        "table", element("caption", caption), element("thead", element("tr", head)), element("tbody", body)
    )
    return element("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _render(child: Child) -> Iterable[str]:
    if child is None:
        return
    if isinstance(child, str):
        yield child if isinstance(child, Html) else escape(child)
        return
    for one in child:
        yield from _render(one)
