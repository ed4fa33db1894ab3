"""First section: which run this is, how it ended, and the artifact of each stage."""

from datetime import UTC, datetime

from models.artifact import Manifest
from models.dedup_fuzzy import DedupFuzzySummary
from tasks.report.figures import MISSING, seconds
from tasks.report.html import Child, Column, Html, element, join, note, table
from tasks.report.run_view import RunView

FINGERPRINT_DIGITS = 12

COLUMNS = (
    Column("stage"),
    Column("artifact"),
    Column("state"),
    Column("seconds", "number"),
    Column("phases"),
    Column("committed (UTC)"),
    Column("version"),
)


def section(run: RunView) -> Html:
    """Name, state, times, alarms, and one row a stage."""
    record = run.record
    title = element(
        "h1", record.name, " ", element("span", record.state, class_=f"state {_state_class(run)}")
    )
    return element(
        "header",
        title,
        _failure(run),
        _alarms(run),
        _facts(run),
        table("Stages of the run", COLUMNS, [_stage_row(run, stage) for stage in record.stages]),
        note(
            "Reused: the artifact was there before the run started. Seconds are wall time in the run that built it."
        ),
        _unreadable(run),
    )


def _state_class(run: RunView) -> str:
    return "good" if run.record.state == "completed" else "bad"


def _failure(run: RunView) -> Html | None:
    if run.record.state == "completed":
        return None
    finished = ", ".join(run.manifests) or "no stage"
    return element(
        "p",
        element("strong", f"This run {run.record.state}."),
        f" Finished: {finished}. What follows is missing below; the same command does only what is missing.",
        class_="alert",
        role="alert",
    )


def _alarms(run: RunView) -> Html | None:
    summary = run.summary("dedup_fuzzy", DedupFuzzySummary)
    if summary is None or not summary.alarms:
        return None
    number = len(summary.alarms)
    return element(
        "p",
        element("strong", "1 alarm" if number == 1 else f"{number} alarms"),
        " of dedup_fuzzy: see ",
        element("a", "duplicates", href="#duplicates"),
        ".",
        class_="alert",
        role="alert",
    )


def _facts(run: RunView) -> Html:
    record = run.record
    took_s = (_time(record.finished) - _time(record.started)).total_seconds()
    collect = run.manifests.get("collect")
    facts: dict[str, Child] = {
        "started": f"{_clock(record.started)} UTC",
        "finished": f"{_clock(record.finished)} UTC, after {seconds(took_s) if took_s >= 60 else f'{took_s:.0f} s'}",
        "as of": record.as_of or MISSING,
        "store": element("code", run.store.url),
        "snapshot": _digits(collect.inputs.get("snapshot")) if collect else MISSING,
        "flow run": element("code", record.flow_run_id) if record.flow_run_id else MISSING,
    }
    return element("dl", [join(element("dt", name), element("dd", fact)) for name, fact in facts.items()])


def _stage_row(run: RunView, stage: str) -> list[Child]:
    manifest = run.manifests.get(stage)
    if manifest is None:
        return [stage, _digits(run.record.stages[stage]), MISSING, MISSING, MISSING, MISSING, MISSING]
    phases = [element("span", f"{name} {seconds(s)}") for name, s in manifest.timings_s.items()]
    return [
        stage,
        _digits(manifest.fingerprint),
        "reused" if _is_reused(run, manifest) else "built",
        f"{sum(manifest.timings_s.values()):,.1f}",
        element("span", phases, class_="list"),
        element("span", _clock(manifest.created), class_="whole"),
        manifest.code_version,
    ]


def _is_reused(run: RunView, manifest: Manifest) -> bool:
    return _time(manifest.created) < _time(run.record.started)


def _digits(fingerprint: str | None) -> Child:
    return (
        element("code", fingerprint[:FINGERPRINT_DIGITS], class_="whole", title=fingerprint)
        if fingerprint
        else MISSING
    )


def _time(iso: str) -> datetime:
    return datetime.fromisoformat(iso).astimezone(UTC)


def _clock(iso: str) -> str:
    return f"{_time(iso):%Y-%m-%d %H:%M:%S}"


def _unreadable(run: RunView) -> Html | None:
    stages = run.unreadable()
    if not stages:
        return None
    return note(
        f"Another version of the code wrote the summary of {', '.join(stages)}: its details are left out."
    )
