"""What the sections of the report are made from: the run's record, its manifests, a few rows of its tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa
from pydantic import ValidationError

from models.artifact import Manifest
from models.base import Frozen
from models.collect import CollectSummary
from models.dedup_exact import DedupExactSummary
from models.dedup_fuzzy import DedupFuzzySummary
from models.filter import FilterSummary, SignalsSummary
from models.recipe import RunRecord
from models.sample import SampleSummary
from models.summary import FunnelSummary
from tasks.report.html import Html, note
from tasks.runtime.errors import RecipeError
from tasks.runtime.shards import part_ref, read_table
from tasks.runtime.store import Store

S = TypeVar("S", bound=Frozen)

MAX_TABLES = 4
"""Tables of one kind that samples are read from: a report costs the same whatever the corpus's size."""

SUMMARIES: Mapping[str, type[FunnelSummary]] = {
    "collect": CollectSummary,
    "dedup_exact": DedupExactSummary,
    "filter_signals": SignalsSummary,
    "filter": FilterSummary,
    "dedup_fuzzy": DedupFuzzySummary,
    "sample": SampleSummary,
}
"""The stages of the code corpus, each of which reads the documents of the one before."""


class TableSamples:
    """The first tables of one kind, read one by one as they are asked for; at most `MAX_TABLES`.

    Samples are an extra: a table that cannot be read ends them, and `remark` says so, since a report must
    not hide the error that made it a report of a failed run.
    """

    def __init__(self, store: Store, manifest: Manifest, name: str, columns: Sequence[str]) -> None:
        """Reads nothing yet; empty tables are passed over."""
        self._store, self._name, self._columns = store, name, columns
        self._refs = [
            part_ref(manifest.stage, manifest.fingerprint, part)
            for part in manifest.parts
            if part.name == name and part.rows
        ]
        self._n_read = 0
        self._problem = ""

    def __iter__(self) -> Iterator[pa.Table]:
        """The tables, in shard order."""
        try:
            for ref in self._refs[:MAX_TABLES]:
                table = read_table(self._store, ref, self._columns)
                self._n_read += 1
                yield table
        except RecipeError as error:
            self._problem = str(error)

    @property
    def remark(self) -> Html | None:
        """What a reader must know: which part was looked at, or why there is nothing."""
        if self._problem:
            return note(f"Table {self._name} could not be read: {self._problem}")
        if self._n_read < len(self._refs):
            return note(f"Taken from the first {self._n_read} of {len(self._refs)} tables.")
        return None


@dataclass(frozen=True)
class RunView:
    """One run as the report sees it; stages that did not finish are absent."""

    store: Store
    record: RunRecord
    manifests: Mapping[str, Manifest]

    def summary(self, stage: str, model: type[S]) -> S | None:
        """The stage's summary as a model of it or of a part of it; None when the stage is absent.

        Also None when fields are missing: a reused artifact may come from another version of the code.
        """
        if stage not in self.manifests:
            return None
        summary = self.manifests[stage].summary
        try:
            return model.model_validate(
                {name: summary[name] for name in model.model_fields if name in summary}
            )
        except ValidationError:
            return None

    def unreadable(self) -> list[str]:
        """Finished stages whose summary lacks fields that this version of the code reports."""
        return [
            stage
            for stage, model in SUMMARIES.items()
            if stage in self.manifests and self.summary(stage, model) is None
        ]

    def funnel(self) -> dict[str, FunnelSummary]:
        """Documents and bytes by stage of the code corpus, in the order of the chain."""
        found = {stage: self.summary(stage, FunnelSummary) for stage in SUMMARIES}
        return {stage: summary for stage, summary in found.items() if summary is not None}

    def samples(self, stage: str, name: str, columns: Sequence[str]) -> TableSamples:
        """A bounded look at the tables of a finished stage."""
        return TableSamples(self.store, self.manifests[stage], name, columns)
