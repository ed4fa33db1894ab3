"""Where and how a recipe runs. Never part of an artifact's identity."""

from typing import Literal

from pydantic import Field

from models.base import Frozen


class RayConfig(Frozen):
    """The Ray cluster that does the data work."""

    address: str | None = Field(None, description="an existing cluster; None starts one on this machine")
    actors: int | None = Field(
        None, ge=0, description="data workers; None = one per CPU of the cluster; 0 = in this process, no Ray"
    )
    cpus_per_actor: float = Field(1.0, gt=0, description="CPUs each actor reserves")
    memory_bytes_per_actor: int = Field(0, ge=0, description="memory each actor reserves; 0 = none")
    max_attempts: int = Field(3, ge=1, description="how often a shard is tried before it counts as failing")


class LaunchConfig(Frozen):
    """How a training entrypoint is started."""

    launcher: Literal["local", "ray", "command"] = Field(
        "local",
        description="local: accelerate on this machine; ray: one process group per node; command: yours",
    )
    command: str | None = Field(None, description="with launcher=command: the line run on each node")
    n_processes: int = Field(1, ge=1, description="training processes in all")
    micro_batch: int | None = Field(
        None, ge=1, description="sequences per process and step; None = the batch"
    )
    fsdp: bool = Field(False, description="shard the model with FSDP2; refused where it would become DDP")


class Execution(Frozen):
    """Store, workers and devices: any two executions of one recipe give the same artifacts."""

    store: str = Field("artifacts", description="folder or fsspec URL that holds every artifact")
    ray: RayConfig = RayConfig()
    launch: LaunchConfig = LaunchConfig()
    min_free_bytes: int = Field(
        500_000_000, ge=0, description="refuse to start with less disk space than this"
    )
