"""The one base of every config, summary and record."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value; an unknown field is an error that names its dotted path."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class StageConfig(Frozen):
    """What one stage's result depends on: every field enters the artifact's fingerprint.

    Class defaults are the paper's numbers (arXiv 2411.04905 v3); each description names the section.
    """

    NOT_IDENTITY: ClassVar[frozenset[str]] = frozenset()
    """Fields that are recorded but say nothing about the bytes of the result."""

    def identity(self) -> dict[str, Any]:
        """The fields that enter the fingerprint, as JSON values."""
        return self.model_dump(mode="json", exclude=set(self.NOT_IDENTITY))
