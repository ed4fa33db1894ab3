"""Runs a picklable shard function over many shards; the only home of Ray beside `launch`.

Actors pull shard references, never data: they read and write the store themselves. A dead actor is
replaced and its shard tried again; a shard that keeps failing is named in the error while the others
finish. One pool serves a whole flow run and starts when the first shard needs it, so that a run which
reuses everything never pays for Ray.
"""

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from models.artifact import ShardRecord
from models.execution import Execution, RayConfig
from tasks.runtime.errors import ShardError, StoreError
from tasks.runtime.shards import Refs, Shard
from tasks.runtime.store import open_store

ShardFunction = Callable[..., Mapping[str, Any]]
"""`(shard, config) -> counts`, a module-level function: reads, computes, writes, and counts."""

LOGGER_NAME = "opencoder"
SHOWN_FAILURES = 5


@dataclass(frozen=True)
class Job:
    """All a worker needs for one shard; small, and free of data."""

    store_url: str
    folder: str
    phase: str
    index: int
    function: ShardFunction
    config: Any
    inputs: Mapping[str, Refs]
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def record_path(self) -> str:
        """Where the record is created that makes this shard finished."""
        return f"{self.folder}/parts/{self.phase}/{self.index:06d}.json"


@dataclass(frozen=True)
class Outcome:
    """A finished shard and what it logged."""

    record: ShardRecord
    logs: tuple[tuple[int, str], ...] = ()


OnDone = Callable[[Outcome], None]


class Pool(Protocol):
    """Runs jobs in any order; hands each outcome to `on_done`; ShardError when some keep failing."""

    def run(self, jobs: Sequence[Job], on_done: OnDone) -> None:
        """Blocks until every job is finished or given up."""


def run_job(job: Job) -> Outcome:
    """Does one shard, or takes the record of an attempt that was first."""
    store = open_store(job.store_url)
    done = store.read_if_exists(job.record_path)
    if done is not None:
        return Outcome(ShardRecord.model_validate_json(done))
    shard = Shard(store, job.folder, job.phase, job.index, job.inputs, job.params)
    with _captured_logs() as logs:
        counts = job.function(shard, job.config)
    record = ShardRecord(phase=job.phase, index=job.index, parts=tuple(shard.parts), counts=dict(counts))
    if not store.create(job.record_path, record.model_dump_json().encode()):
        record = ShardRecord.model_validate_json(store.read(job.record_path))
    return Outcome(record, tuple(logs))


class InlinePool:
    """Runs shards one after the other in this process: for small inputs and for tests of a stage."""

    def run(self, jobs: Sequence[Job], on_done: OnDone) -> None:
        """As `Pool.run`; a failing shard does not stop the others."""
        failures: dict[int, BaseException] = {}
        for job in jobs:
            try:
                on_done(run_job(job))
            except Exception as error:  # noqa: BLE001 - kept, and raised with its shard's name below
                failures[job.index] = error
        raise_failures(jobs, failures)


class RayPool:
    """Runs shards on Ray actors, on a cluster of its own or an existing one."""

    def __init__(self, config: RayConfig) -> None:
        """Starts or joins the cluster (6 to 11 s on a small machine) and creates the actors."""
        import ray

        self._ray: Any = ray
        self._config = config
        self._owns_cluster = not ray.is_initialized()
        if self._owns_cluster:
            _start_ray(config)
        n_actors = config.actors or max(1, int(self._n_cpus() / config.cpus_per_actor))
        self._actors = [self._new_actor() for _ in range(n_actors)]

    def run(self, jobs: Sequence[Job], on_done: OnDone) -> None:
        """As `Pool.run`; one shard in flight an actor, so memory is bounded by the actors."""
        ray = self._ray
        waiting = deque((job, 1) for job in jobs)
        idle = list(self._actors)
        in_flight: dict[Any, tuple[Job, int, Any]] = {}
        failures: dict[int, BaseException] = {}
        while waiting or in_flight:
            while waiting and idle:
                job, attempt = waiting.popleft()
                actor = idle.pop()
                in_flight[actor.run.remote(job)] = (job, attempt, actor)
            ready, _ = ray.wait(list(in_flight), num_returns=1)
            job, attempt, actor = in_flight.pop(ready[0])
            try:
                outcome = ray.get(ready[0])
            except ray.exceptions.RayActorError as error:
                actor = self._replace(actor)
                self._retry_or_fail(waiting, failures, job, attempt, _death(job, attempt, error))
            except ray.exceptions.RayTaskError as error:
                self._retry_or_fail(waiting, failures, job, attempt, error.cause)
            else:
                on_done(outcome)
            idle.append(actor)
        raise_failures(jobs, failures)

    def close(self) -> None:
        """Ends the actors, and Ray itself where this pool started it."""
        if self._owns_cluster:
            self._ray.shutdown()
            return
        for actor in self._actors:
            self._ray.kill(actor)

    def _n_cpus(self) -> float:
        resources: dict[str, float] = self._ray.cluster_resources()
        return resources.get("CPU", 1.0)

    def _retry_or_fail(
        self,
        waiting: deque[tuple[Job, int]],
        failures: dict[int, BaseException],
        job: Job,
        attempt: int,
        error: BaseException,
    ) -> None:
        transient = isinstance(error, StoreError | OSError | _WorkerDied)
        if transient and attempt < self._config.max_attempts:
            logging.getLogger(LOGGER_NAME).warning(
                "%s shard %d: attempt %d failed, trying again: %s", job.phase, job.index, attempt, error
            )
            waiting.append((job, attempt + 1))
        else:
            failures[job.index] = error

    def _new_actor(self) -> Any:  # noqa: ANN401
        options = {"num_cpus": self._config.cpus_per_actor, "max_restarts": 0}
        if self._config.memory_bytes_per_actor:
            options["memory"] = self._config.memory_bytes_per_actor
        return self._ray.remote(Worker).options(**options).remote()

    def _replace(self, dead: Any) -> Any:  # noqa: ANN401
        fresh = self._new_actor()
        self._actors[self._actors.index(dead)] = fresh
        return fresh


class Worker:
    """The actor: a process that does one shard after the other."""

    def run(self, job: Job) -> Outcome:
        """As `run_job`."""
        return run_job(job)


class _WorkerDied(RuntimeError):
    """The process of a worker ended while it had a shard."""


def raise_failures(jobs: Sequence[Job], failures: Mapping[int, BaseException]) -> None:
    """Raises ShardError for the failed shards, each with its cause; nothing when all went well."""
    if not failures:
        return
    first = jobs[0]
    lines = [f"shard {i}: {type(error).__name__}: {error}" for i, error in sorted(failures.items())]
    hidden = len(lines) - SHOWN_FAILURES
    more = [f"and {hidden} more"] if hidden > 0 else []
    raise ShardError(
        f"{first.folder}, phase {first.phase}: {len(failures)} of {len(jobs)} shards failed; the others are "
        "kept, and the same command does only what is missing.\n  "
        + "\n  ".join(lines[:SHOWN_FAILURES] + more)
    ) from failures[min(failures)]


_pool: Pool | None = None


@contextmanager
def pool_session() -> Iterator[None]:
    """Ends the pool that stages start on demand inside this block; inner sessions leave it to the outer."""
    global _pool, _sessions
    _sessions += 1
    try:
        yield
    finally:
        _sessions -= 1
        if _sessions == 0 and isinstance(_pool, RayPool):
            _pool.close()
            _pool = None


_sessions = 0


def current_pool(execution: Execution) -> Pool:
    """The pool of this flow run, started now if no stage has needed it yet."""
    global _pool
    if execution.ray.actors == 0:
        return InlinePool()
    if _pool is None:
        _pool = RayPool(execution.ray)
    return _pool


def _start_ray(config: RayConfig) -> None:
    import ray

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    options: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    if config.address is None:
        n_cpus = max(os.cpu_count() or 1, round((config.actors or 0) * config.cpus_per_actor))
        options |= {"num_cpus": n_cpus, "include_dashboard": False, "object_store_memory": 100_000_000}
    ray.init(address=config.address, **options)


def _death(job: Job, attempt: int, error: BaseException) -> _WorkerDied:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return _WorkerDied(
        f"its worker died {attempt} time(s) ({reason}); if memory ran out, lower execution.ray.actors "
        f"or the size of the shards"
    )


class _Capture(logging.Handler):
    def __init__(self, sink: list[tuple[int, str]]) -> None:
        super().__init__()
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        self._sink.append((record.levelno, record.getMessage()))


@contextmanager
def _captured_logs() -> Iterator[list[tuple[int, str]]]:
    """The messages of our logger inside the block, to be told again where the run's log is."""
    logs: list[tuple[int, str]] = []
    handler = _Capture(logs)
    logger = logging.getLogger(LOGGER_NAME)
    propagate, level = logger.propagate, logger.level
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.INFO)
    try:
        yield logs
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
        logger.setLevel(level)
