"""What every data stage reports: one row of the funnel."""

from pydantic import Field

from models.base import Frozen


class FunnelSummary(Frozen):
    """Documents and bytes into and out of a stage; the base of each data stage's summary."""

    n_documents_in: int = Field(ge=0, description="rows the stage read")
    n_documents: int = Field(ge=0, description="rows it kept")
    size_bytes_in: int = Field(ge=0, description="UTF-8 bytes of the contents it read")
    size_bytes: int = Field(ge=0, description="UTF-8 bytes of the contents it kept")
    documents_by_language: dict[str, int] = Field(description="kept rows by language")
    bytes_by_language: dict[str, int] = Field(description="kept bytes by language")
