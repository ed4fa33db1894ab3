"""RefineCode, the paper's figure of the raw-code pipeline (2.1.1): files in, training corpus out."""

from flows.run import recipe_flow
from models.artifact import Artifact
from models.execution import Execution
from models.recipe import Recipe
from tasks.collect.stage import collect
from tasks.dedup_exact.stage import dedup_exact
from tasks.dedup_fuzzy.stage import dedup_fuzzy
from tasks.filter.stage import filter_documents
from tasks.sample.stage import sample


@recipe_flow
def refinecode(recipe: Recipe, execution: Execution) -> Artifact:
    """The sampled corpus: `documents` to train on, `holdout` never trained on."""
    collected = collect(recipe.collect, execution)
    distinct = dedup_exact(recipe.dedup_exact, collected, execution)
    clean = filter_documents(recipe.filter, distinct, execution)
    unique = dedup_fuzzy(recipe.dedup_fuzzy, clean, execution)
    return sample(recipe.sample, unique, (distinct, unique), execution)
