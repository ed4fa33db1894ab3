"""The whole recipe of the paper, from source files to an evaluated model."""

from flows.refinecode import refinecode
from flows.run import recipe_flow
from models.artifact import Artifact
from models.execution import Execution
from models.recipe import Recipe


@recipe_flow
def opencoder(recipe: Recipe, execution: Execution) -> Artifact:
    """The corpus; tokenizer, training and evaluation follow it here as they are built."""
    return refinecode(recipe, execution)
