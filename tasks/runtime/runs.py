"""Names for people: `runs/{name}.json` says which artifacts the last run of a recipe consists of."""

import json

from models.recipe import RunRecord
from tasks.runtime.errors import ArtifactError
from tasks.runtime.store import Store


def record_path(name: str) -> str:
    """The run record, relative to the store."""
    return f"runs/{name}.json"


def report_path(name: str) -> str:
    """The run's report, beside its record."""
    return f"runs/{name}.html"


def last_run(store: Store, name: str) -> RunRecord | None:
    """The record of the last run of this name, None before the first; ArtifactError where it is damaged."""
    data = store.read_if_exists(record_path(name))
    if data is None:
        return None
    try:
        return RunRecord.model_validate(json.loads(data))
    except ValueError as error:
        raise ArtifactError(
            f"{store.uri(record_path(name))} is not a readable run record ({error}): delete it; "
            "the next run of this name writes it again"
        ) from error


def write_run(store: Store, record: RunRecord) -> None:
    """Puts the record in the place of the last one; a failed run keeps the stages of the last good one."""
    if record.state != "completed":
        previous = last_run(store, record.name)
        if previous is not None:
            kept = previous.stages if previous.state == "completed" else previous.last_completed
            record = record.model_copy(update={"last_completed": kept})
    store.write(record_path(record.name), record.model_dump_json(indent=1).encode())
