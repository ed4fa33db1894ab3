"""The run's report: one HTML page that needs nothing but itself.

Made from the manifests of the run's artifacts and a few rows of their tables. A section is a module with
`section(run) -> Html | None`; None where the run has nothing to say about it.
"""

from collections.abc import Callable, Sequence

from models.artifact import Manifest
from models.recipe import RunRecord
from tasks.report import duplicates, filtered, funnel, head, languages, recipe_used, rejected, sampled
from tasks.report.html import Html, element, join, raw
from tasks.report.run_view import RunView
from tasks.report.style import STYLE
from tasks.runtime.store import Store

Section = Callable[[RunView], Html | None]

SECTIONS: tuple[Section, ...] = (
    head.section,
    funnel.section,
    languages.section,
    rejected.section,
    filtered.section,
    duplicates.section,
    sampled.section,
    recipe_used.section,
)
"""The page from top to bottom."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a browser lets the page do: show itself. No script runs and nothing is fetched."""


def render_report(store: Store, record: RunRecord, manifests: Sequence[Manifest]) -> str:
    """The page, the same for the same run; of a failed run what there is.

    `manifests` are those of the stages that finished, in the order of the run.
    """
    run = RunView(store, record, {manifest.stage: manifest for manifest in manifests})
    title = f"{record.name}: {record.state} run of {record.started[:10]}"
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=POLICY),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("title", title),
            element("style", raw(STYLE)),
        ),
        element("body", element("main", [section(run) for section in SECTIONS])),
        lang="en",
    )
    return join(raw("<!doctype html>\n"), page, "\n")
