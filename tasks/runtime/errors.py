"""Every error this project raises on purpose.

    RecipeError                  base; a message names the file, field or shard and what to do
    ├── ConfigError              a preset, override or field is wrong (exit code 2)
    ├── SourceError              an input path is missing, empty, unreadable or changed while read
    ├── StoreError               the artifact store refuses, lacks space or lacks conditional writes
    ├── ArtifactError            a committed artifact is damaged, edited, missing or unreadable
    ├── ShardError               one or more shards of a phase keep failing; the others are finished
    ├── TrainingError            a training subprocess failed
    └── SandboxError             untrusted code cannot be run safely on this machine

Anything else that escapes is a defect of ours and keeps its traceback.
"""


class RecipeError(Exception):
    """Base of all deliberate errors; `exit_code` is what the CLI returns."""

    exit_code = 1


class ConfigError(RecipeError):
    """A preset, an override or a field is wrong; the message holds its dotted path."""

    exit_code = 2


class SourceError(RecipeError):
    """An input is missing, empty, unreadable, or changed while it was read."""


class StoreError(RecipeError):
    """The artifact store cannot be used: no permission, no space, no conditional writes."""


class ArtifactError(RecipeError):
    """A committed artifact is damaged: a missing or truncated file, an edited manifest."""


class ShardError(RecipeError):
    """Shards that kept failing, each named with its cause; finished shards stay finished."""


class TrainingError(RecipeError):
    """A training subprocess ended without its result."""


class SandboxError(RecipeError):
    """Untrusted code cannot be contained on this machine."""
