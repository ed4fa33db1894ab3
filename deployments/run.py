"""`opencoder run`: a preset's flow in this process, watched on the terminal."""

import logging
from collections.abc import Mapping
from typing import Any

from deployments.console import RunView, err, one_error, out, stage_table
from deployments.doctor import diagnose, show_problems
from deployments.presets import load_preset
from flows.overrides import apply_overrides
from tasks.runtime.run_log import listening
from tasks.runtime.runs import record_path, report_path
from tasks.runtime.store import open_store


def run(preset_name: str, overrides: Mapping[str, Any]) -> int:
    """Runs a preset with overrides; 0 when it completed. What is missing on the machine is told at once."""
    preset = load_preset(preset_name)
    recipe, execution = apply_overrides(preset.recipe, preset.execution, overrides)
    if show_problems(diagnose(recipe, execution)):
        return 1
    flow = preset.load_flow()
    logging.getLogger("prefect").setLevel(logging.INFO)
    with RunView() as view, listening(view), one_error():
        flow(preset.recipe, preset.execution, dict(overrides))
    out.print(stage_table(view.events))
    store = open_store(execution.store)
    out.print(f"artifacts  {store.url}", soft_wrap=True)
    out.print(f"run        {store.uri(record_path(recipe.name))}", soft_wrap=True)
    out.print(f"report     {store.uri(report_path(recipe.name))}", soft_wrap=True)
    err.print(f"next: opencoder show {recipe.name}; opencoder why REPO/PATH; opencoder plan {preset_name}")
    return 0
