"""filter: rewrites each file, measures it, and keeps it unless a rule says no (paper 2.1.1, App-A).

Two artifacts: `filter_signals` holds what was measured, `filter` what was decided on it, so that a new
threshold measures nothing again (paper App-A.1).
"""

from models.artifact import Artifact
from models.execution import Execution
from models.filter import FilterConfig, FilterSummary, SignalsConfig, SignalsSummary
from tasks.filter.rules.tables import tables_with
from tasks.filter.shard import decide_documents, measure_documents
from tasks.runtime.counts import add_counts
from tasks.runtime.stage import Result, StageRun, run_stage, stage_task

SIGNALS_REVISION = 1
REVISION = 1


@stage_task("filter")
def filter_documents(config: FilterConfig, documents: Artifact, execution: Execution) -> Artifact:
    """The clean documents (`documents`), and every rule that dropped one (`dropped`)."""
    tables_with(config.rules)  # a misspelt rule is told before anything is measured
    signals = run_stage(
        "filter_signals", SIGNALS_REVISION, config.signals, {"documents": documents}, execution, measure
    )
    return run_stage("filter", REVISION, config, {"signals": signals}, execution, decide)


def measure(run: StageRun[SignalsConfig]) -> Result:
    """One phase: a document is rewritten and measured by itself."""
    done = run.phase("documents", measure_documents, documents=run.tables("documents", "documents"))
    summary = SignalsSummary(**add_counts(done.counts))
    return Result([*done.parts("documents"), *done.parts("signals"), *done.parts("redactions")], summary)


def decide(run: StageRun[FilterConfig]) -> Result:
    """One phase: a document is kept or dropped by its own signals."""
    done = run.phase(
        "documents",
        decide_documents,
        documents=run.tables("signals", "documents"),
        signals=run.tables("signals", "signals"),
    )
    return Result(
        [*done.parts("documents"), *done.parts("dropped")], FilterSummary(**add_counts(done.counts))
    )
