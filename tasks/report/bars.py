"""Horizontal bars as inline SVG: readable at any width, since lengths are shares and text keeps its size."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.report.html import Html, element

LABEL_HEIGHT_PX = 19
BAR_HEIGHT_PX = 7
BAR_GAP_PX = 1
ROW_GAP_PX = 9


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a label on the left, a note on the right, and below them one bar for each series."""

    label: str
    note: str
    shares: tuple[float, ...]
    """Length of each bar as a share of the width, 0 to 1."""


def bars(title: str, series: Sequence[str], rows: Sequence[Bar]) -> Html:
    """The picture of these rows under its title, with a legend of the series (at most three)."""
    row_height = LABEL_HEIGHT_PX + len(series) * (BAR_HEIGHT_PX + BAR_GAP_PX) + ROW_GAP_PX
    drawn = [_row(bar, index * row_height) for index, bar in enumerate(rows)]
    legend = [
        element("span", element("i", class_=f"swatch series{index}"), name)
        for index, name in enumerate(series)
    ]
    picture = element(
        "svg", drawn, width="100%", height=str(row_height * len(rows)), role="img", aria_label=title
    )
    caption = element("figcaption", title, element("span", legend, class_="legend"))
    return element("figure", caption, picture)


def _row(bar: Bar, top_px: int) -> Html:
    baseline = str(top_px + LABEL_HEIGHT_PX - 5)
    rects = [
        _rect(top_px + LABEL_HEIGHT_PX + index * (BAR_HEIGHT_PX + BAR_GAP_PX), share, index)
        for index, share in enumerate(bar.shares)
    ]
    return element(
        "g",
        element("text", bar.label, x="0", y=baseline, class_="label"),
        element("text", bar.note, x="100%", y=baseline, class_="value"),
        rects,
    )


def _rect(top_px: int, share: float, series: int) -> list[Html]:
    place = {"x": "0", "y": str(top_px), "height": str(BAR_HEIGHT_PX), "rx": "2"}
    return [
        element("rect", **place, width="100%", class_="track"),
        element("rect", **place, width=f"{100 * min(max(share, 0.0), 1.0):.2f}%", class_=f"series{series}"),
    ]
