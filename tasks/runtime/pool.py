"""Runs a picklable shard function over many shards; the only home of Ray beside `launch`.

Actors pull shard references, never data: they read and write the store themselves. A dead actor is
replaced and its shard tried again; a shard that keeps failing is named in the error while the others
finish. One pool serves a whole flow run and starts when the first shard needs it, so that a run which
reuses everything never pays for Ray.
"""

import logging
import os
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError

from models.artifact import ShardRecord
from models.execution import Execution, RayConfig
from tasks.runtime.errors import ArtifactError, RecipeError, ShardError, StoreError
from tasks.runtime.shards import Refs, Shard
from tasks.runtime.store import Store, open_store

ShardFunction = Callable[..., Mapping[str, Any]]
"""`(shard, config) -> counts`, a module-level function: reads, computes, writes, and counts."""

LOGGER_NAME = "opencoder"
SHOWN_FAILURES = 5
PATIENCE_S = 300.0


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

Tell = Callable[[int, str], None]
"""Takes a level and a line for the run's log."""


def tell_logger(level: int, message: str) -> None:
    """The line goes to our logger."""
    logging.getLogger(LOGGER_NAME).log(level, message)


class Pool(Protocol):
    """Runs jobs in any order; hands each outcome to `on_done`; ShardError when some keep failing."""

    def run(self, jobs: Sequence[Job], on_done: OnDone, tell: Tell = tell_logger) -> None:
        """Blocks until every job is finished or given up."""


def run_job(job: Job) -> Outcome:
    """Does one shard, or takes the record of an attempt that was first."""
    store = open_store(job.store_url)
    done = store.read_if_exists(job.record_path)
    if done is not None:
        return Outcome(_record(store, job, done))
    shard = Shard(store, job.folder, job.phase, job.index, job.inputs, job.params)
    with _captured_logs() as logs:
        counts = job.function(shard, job.config)
    record = ShardRecord(phase=job.phase, index=job.index, parts=tuple(shard.parts), counts=dict(counts))
    if not store.create(job.record_path, record.model_dump_json().encode()):
        record = _record(store, job, store.read(job.record_path))
    return Outcome(record, tuple(logs))


def _record(store: Store, job: Job, data: bytes) -> ShardRecord:
    try:
        return ShardRecord.model_validate_json(data)
    except ValidationError as error:
        uri = store.uri(job.record_path)
        raise ArtifactError(
            f"{uri} is not a readable record: delete it and run the same command again; this shard is done anew"
        ) from error


class WorkerDied(RuntimeError):
    """The process of a worker ended while it had a shard."""


@dataclass
class Schedule:
    """The shards of one phase: which wait for a worker, and which are given up and why."""

    jobs: Sequence[Job]
    max_attempts: int
    tell: Tell
    failures: dict[int, BaseException] = field(default_factory=dict)
    waiting: deque[tuple[Job, int]] = field(init=False)

    def __post_init__(self) -> None:
        """Every shard waits for its first attempt."""
        self.waiting = deque((job, 1) for job in self.jobs)

    def failed(self, job: Job, attempt: int, error: BaseException, trace: str) -> None:
        """Lets a shard wait for another attempt where that may help, else gives it up."""
        where = f"{job.folder}, phase {job.phase}, shard {job.index}"
        if isinstance(error, StoreError | OSError | WorkerDied) and attempt < self.max_attempts:
            self.tell(logging.WARNING, f"{where}: attempt {attempt} failed, trying again: {error}")
            self.waiting.append((job, attempt + 1))
            return
        self.failures[job.index] = error
        if not isinstance(error, RecipeError | WorkerDied):
            self.tell(logging.ERROR, f"{where}: a defect of ours\n{trace}")


class InlinePool:
    """Runs shards one after the other in this process: for small inputs and for tests of a stage."""

    def __init__(self, config: RayConfig | None = None) -> None:
        """Of the config, `max_attempts` alone counts here."""
        self._config = config or RayConfig()

    def run(self, jobs: Sequence[Job], on_done: OnDone, tell: Tell = tell_logger) -> None:
        """As `Pool.run`; a failing shard does not stop the others."""
        schedule = Schedule(jobs, self._config.max_attempts, tell)
        while schedule.waiting:
            job, attempt = schedule.waiting.popleft()
            try:
                outcome = run_job(job)
            except Exception as error:  # noqa: BLE001 - kept, and raised with its shard's name below
                schedule.failed(job, attempt, error, traceback.format_exc())
            else:
                on_done(outcome)
        raise_failures(jobs, schedule.failures)


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

    def run(self, jobs: Sequence[Job], on_done: OnDone, tell: Tell = tell_logger) -> None:
        """As `Pool.run`; one shard in flight an actor, so memory is bounded by the actors."""
        ray = self._ray
        schedule = Schedule(jobs, self._config.max_attempts, tell)
        # A shard goes to an actor that answers: one that the cluster has no room for would keep it for ever.
        starting = {actor.ping.remote(): actor for actor in self._actors}
        n_starts_left = len(starting) * self._config.max_attempts
        idle: list[Any] = []
        in_flight: dict[Any, tuple[Job, int, Any]] = {}
        while schedule.waiting or in_flight:
            while schedule.waiting and idle:
                job, attempt = schedule.waiting.popleft()
                actor = idle.pop()
                in_flight[actor.run.remote(job)] = (job, attempt, actor)
            ref = self._next_ready([*in_flight, *(starting if schedule.waiting else ())], tell)
            is_start = ref in starting
            actor = starting.pop(ref) if is_start else in_flight[ref][2]
            try:
                answer = ray.get(ref)
            except ray.exceptions.RayTaskError as error:
                job, attempt, _ = in_flight.pop(ref)
                schedule.failed(job, attempt, error.cause, str(error))
            except ray.exceptions.RayError as error:  # its process, its node, or its memory is gone
                if not is_start:
                    job, attempt, _ = in_flight.pop(ref)
                    schedule.failed(job, attempt, _death(attempt, error), "")
                elif (n_starts_left := n_starts_left - 1) <= 0:
                    raise ShardError(f"Ray cannot start a worker: {error}") from error
                actor = self._replace(actor)
                starting[actor.ping.remote()] = actor
                continue
            else:
                if not is_start:
                    del in_flight[ref]
                    on_done(answer)
            idle.append(actor)
        raise_failures(jobs, schedule.failures)

    def _next_ready(self, refs: list[Any], tell: Tell) -> Any:  # noqa: ANN401
        """The first call that ends; says so where a cluster keeps every worker waiting."""
        started = time.monotonic()
        while True:
            ready, _ = self._ray.wait(refs, num_returns=1, timeout=PATIENCE_S)
            if ready:
                return ready[0]
            tell(
                logging.WARNING,
                f"no worker has answered for {time.monotonic() - started:.0f} s: shards are long, or the Ray "
                "cluster has no room (execution.ray.cpus_per_actor, memory_bytes_per_actor)",
            )

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

    def ping(self) -> None:
        """Answers once the process runs."""

    def run(self, job: Job) -> Outcome:
        """As `run_job`."""
        return run_job(job)


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
        return InlinePool(execution.ray)
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


def _death(attempt: int, error: BaseException) -> WorkerDied:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return WorkerDied(
        f"its worker died {attempt} time(s) ({reason}); if memory ran out, lower execution.ray.actors "
        f"or the size of the shards"
    )


_sink: ContextVar[list[tuple[int, str]] | None] = ContextVar("sink", default=None)


def _into_sink(record: logging.LogRecord) -> bool:
    """A filter: keeps what the shard of this thread says for its outcome, lets everything else pass."""
    sink = _sink.get()
    if sink is not None:
        sink.append((record.levelno, record.getMessage()))
    return sink is None


@contextmanager
def _captured_logs() -> Iterator[list[tuple[int, str]]]:
    """The messages of our logger inside the block, to be told again where the run's log is."""
    logs: list[tuple[int, str]] = []
    logger = logging.getLogger(LOGGER_NAME)
    logger.addFilter(_into_sink)  # once, however often it is asked for
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
    token = _sink.set(logs)
    try:
        yield logs
    finally:
        _sink.reset(token)
