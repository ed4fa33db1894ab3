"""The report as a page: hostile input stays text, nothing is fetched, equal runs give equal bytes."""

import re
from collections.abc import Callable
from math import inf
from pathlib import Path

import pytest
from report_run import HOSTILE, Page, make_manifests, make_record

from tasks.report.figures import count, interval, seconds, share, size, value
from tasks.report.html import Column, element, escape, join, table
from tasks.report.page import render_report
from tasks.runtime.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path))


@pytest.fixture
def page(store: Store) -> str:
    return render_report(store, make_record(), make_manifests(store))


def test_hostile_paths_are_text(page: str) -> None:
    parsed = Page(page)
    assert "script" not in {tag for tag, _ in parsed.tags}
    assert HOSTILE.replace("\u202e", "\\u202e") in parsed.text
    assert "\u202e" not in page
    assert not [name for _, attributes in parsed.tags for name in attributes if name.startswith("on")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"as_of": HOSTILE}, "as of"),
        ({"name": HOSTILE}, "completed"),
        ({"flow_run_id": f'"{HOSTILE}'}, "flow run"),
        ({"stages": {HOSTILE: HOSTILE}}, "Stages"),
        ({"recipe": {HOSTILE: HOSTILE}}, "JSON"),
    ],
)
def test_hostile_record_is_text(store: Store, change: dict[str, object], expected: str) -> None:
    parsed = Page(render_report(store, make_record(**change), make_manifests(store)))
    assert expected in parsed.text
    assert "script" not in {tag for tag, _ in parsed.tags}


def test_hostile_summary_is_text(store: Store) -> None:
    manifests = make_manifests(store)
    for manifest in manifests:
        for field, counts in manifest.summary.items():
            if isinstance(counts, dict) and field != "languages":
                counts[HOSTILE] = 10**9
    parsed = Page(render_report(store, make_record(), manifests))
    assert "script" not in {tag for tag, _ in parsed.tags}
    assert parsed.text.count(HOSTILE.replace("\u202e", "\\u202e")) > 10


def test_page_needs_nothing_but_itself(page: str) -> None:
    parsed = Page(page)
    assert {"script", "link", "img", "iframe", "object", "base"}.isdisjoint({tag for tag, _ in parsed.tags})
    for tag, attributes in parsed.tags:
        for name, target in attributes.items():
            assert name not in {"src", "srcset", "style"}, f"{tag} has {name}"
            assert name != "href" or (target or "").startswith("#")
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "://" not in style
    assert any(attributes.get("http-equiv") == "Content-Security-Policy" for _, attributes in parsed.tags)


def test_inner_links_lead_somewhere(store: Store) -> None:
    parsed = Page(render_report(store, make_record(), make_manifests(store, ("alarm",))))
    targets = {f"#{attributes['id']}" for _, attributes in parsed.tags if "id" in attributes}
    assert {attributes["href"] for tag, attributes in parsed.tags if tag == "a"} <= targets


def test_tags_are_balanced(page: str) -> None:
    opened = re.findall(r"<([a-z0-9]+)[ >]", page)
    closed = re.findall(r"</([a-z0-9]+)>", page)
    assert sorted(tag for tag in opened if tag != "meta") == sorted(closed)


def test_tables_have_captions_and_numbers_on_the_right(page: str) -> None:
    assert page.count("<table>") == page.count("<caption>") >= 10
    assert '<td class="number">91,234</td>' in page
    assert ".number { text-align: right;" in page


def test_equal_runs_give_equal_pages(tmp_path: Path) -> None:
    def render() -> str:
        store = open_store(str(tmp_path))
        return render_report(store, make_record(), make_manifests(store))

    assert render() == render()


def test_order_of_counts_does_not_matter(store: Store) -> None:
    def turned(found: object) -> object:
        if not isinstance(found, dict):
            return found
        return {key: turned(one) for key, one in reversed(found.items())}

    manifests = make_manifests(store)
    other = [one.model_copy(update={"summary": turned(one.summary)}) for one in manifests]
    assert render_report(store, make_record(), manifests) == render_report(store, make_record(), other)


def test_text_is_escaped_unless_it_is_markup() -> None:
    assert element("p", "a < b", element("b", "&")) == "<p>a &lt; b<b>&amp;</b></p>"
    assert (
        element("p", class_='"x"', aria_label="y", title=None)
        == '<p class="&quot;x&quot;" aria-label="y"></p>'
    )
    assert join("<", None, [element("br"), [">"]]) == "&lt;<br>&gt;"
    assert escape("a\x00\u2066b\n") == "a\\u0000\\u2066b\n"


def test_table_refuses_a_row_of_another_width() -> None:
    with pytest.raises(ValueError, match="zip"):
        table("t", (Column("a"), Column("b", "number")), [("1",)])


@pytest.mark.parametrize(
    ("show", "number", "expected"),
    [
        (count, 1_234_567, "1,234,567"),
        (size, 999, "999 bytes"),
        (size, 1, "1 byte"),
        (size, 12_345_678, "12.3 MB"),
        (size, 999_950, "1.0 MB"),
        (size, 2_500 * 10**15, "2,500.0 PB"),
        (seconds, 0.123, "0.12 s"),
        (seconds, 59.96, "1 min 00 s"),
        (seconds, 3_599.6, "1 h 00 min"),
        (seconds, 7_500.0, "2 h 05 min"),
        (value, None, "unknown"),
        (value, 0.123456, "0.1235"),
        (value, 12_345.6, "12,346"),
        (value, 30.0, "30"),
        (value, -inf, "−∞"),
    ],
)
def test_figures_read_as_people_write_them(
    show: Callable[[float | None], str], number: float, expected: str
) -> None:
    assert show(number) == expected


def test_shares_never_round_to_nothing_or_all() -> None:
    assert share(1, 3) == "33.3 %"
    assert share(1, 10**6) == "< 0.1 %"
    assert share(10**6 - 1, 10**6) == "> 99.9 %"
    assert share(0, 5) == "0.0 %"
    assert share(5, 5) == "100.0 %"
    assert share(0, 0) == "–"


def test_intervals_name_their_finite_ends() -> None:
    assert interval(30, inf) == "≥ 30"
    assert interval(-inf, 0.4) == "≤ 0.4"
    assert interval(3, 9) == "3 to 9"
    assert interval(1, 1) == "= 1"
    assert interval(None, None) == "any"
