"""The command line `opencoder`. Exit codes: 0 done, 1 failed, 2 wrong call or config, 130 interrupted."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

# Read when Prefect and Ray are imported, so set before any command is: no telemetry, a quiet console.
DEFAULT_ENVIRONMENT = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    "RAY_USAGE_STATS_ENABLED": "0",
}

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the return value is the exit code of the process."""
    for name, value in DEFAULT_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    arguments = build_parser().parse_args(argv)
    from tasks.runtime.errors import RecipeError

    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except RecipeError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted: the same command goes on where this one stopped", file=sys.stderr)
        return INTERRUPTED


def build_parser() -> argparse.ArgumentParser:
    """All commands with their help; importing no command."""
    parser = argparse.ArgumentParser(prog="opencoder", description=_DESCRIPTION, formatter_class=_KeepLines)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = _add(
        commands, "run", _run, "run a preset in this process", "opencoder run tiny --set sample.seed=2"
    )
    run.add_argument("preset", help="an entry of deployments/prefect.yaml")
    plan = _add(commands, "plan", _plan, "what a run would reuse or do, and why", "opencoder plan tiny")
    plan.add_argument("preset")
    doctor = _add(commands, "doctor", _doctor, "what is missing on this machine", "opencoder doctor tiny")
    doctor.add_argument("preset", nargs="?", default="tiny")
    for one in (run, plan, doctor):
        _add_set(one)

    listing = _add(commands, "list", _list, "artifacts and runs of a store", "opencoder list filter")
    listing.add_argument("stage", nargs="?", help="only this stage")
    show = _add(
        commands, "show", _show, "one run or artifact", "opencoder show tiny\n  opencoder show filter/3fa9"
    )
    show.add_argument("reference", help="a run's name, or STAGE/FINGERPRINT (a few digits do)")
    diff = _add(
        commands, "diff", _diff, "what differs between two runs or artifacts", "opencoder diff tiny filter-b"
    )
    diff.add_argument("before")
    diff.add_argument("after")
    why = _add(commands, "why", _why, "what became of one file", "opencoder why pypi/ray/ray/util/queue.py")
    why.add_argument("file", help="REPO/PATH, or the end of it")
    why.add_argument("--run", default="tiny", metavar="NAME", help="the run to look in (default: tiny)")
    gc = _add(commands, "gc", _gc, "remove what no run refers to", "opencoder gc --dry-run")
    gc.add_argument("--dry-run", action="store_true", help="only say what would go")
    gc.add_argument(
        "--keep-hours", type=float, default=24.0, metavar="H", help="spare younger ones (default: 24)"
    )
    for one in (run, plan, doctor, listing, show, diff, why, gc):
        one.add_argument(
            "--store",
            metavar="URL",
            help="default: $OPENCODER_STORE, else the preset's (run, plan, doctor) or ./artifacts",
        )

    apply = _add(
        commands,
        "apply",
        _apply,
        "one data stage on your own files",
        "opencoder apply dedup in.jsonl.gz -o out",
    )
    apply.add_argument("stage", choices=("dedup", "filter", "redact", "sample"))
    apply.add_argument("input", help="JSONL, JSONL.gz or Parquet with a column `content`")
    apply.add_argument("-o", "--output", required=True, metavar="DIR", help="a new or empty folder")
    apply.add_argument("--profile", choices=("compat", "default"), help="of the filter")
    apply.add_argument("--base64", action="store_true", help="`content` is base64 of the bytes")
    apply.add_argument(
        "--workers", type=int, default=0, metavar="N", help="Ray actors; 0 = this process, no Ray"
    )
    _add_set(apply)
    return parser


def parse_overrides(pairs: Sequence[str]) -> dict[str, Any]:
    """`["sample.seed=2"]` -> `{"sample.seed": 2}`; a value that is not JSON is taken as text."""
    from tasks.runtime.errors import ConfigError

    overrides: dict[str, Any] = {}
    for pair in pairs:
        path, equals, text = pair.partition("=")
        if not equals or not path:
            raise ConfigError(f"--set {pair}: write it as path=value, such as sample.seed=2")
        try:
            overrides[path] = json.loads(text)
        except json.JSONDecodeError:
            overrides[path] = text
    return overrides


def _overrides(arguments: argparse.Namespace) -> dict[str, Any]:
    store = os.environ.get("OPENCODER_STORE")
    default = {"execution.store": store} if store else {}
    asked_for = {"execution.store": arguments.store} if arguments.store else {}
    return default | parse_overrides(arguments.set) | asked_for


def _run(arguments: argparse.Namespace) -> int:
    from deployments.run import run

    return run(arguments.preset, _overrides(arguments))


def _plan(arguments: argparse.Namespace) -> int:
    from deployments.plan import show_plan

    return show_plan(arguments.preset, _overrides(arguments))


def _doctor(arguments: argparse.Namespace) -> int:
    from deployments.doctor import show_diagnosis

    return show_diagnosis(arguments.preset, _overrides(arguments))


def _list(arguments: argparse.Namespace) -> int:
    from deployments.catalog import show_list

    return show_list(_store_url(arguments), arguments.stage)


def _show(arguments: argparse.Namespace) -> int:
    from deployments.catalog import show_one

    return show_one(_store_url(arguments), arguments.reference)


def _diff(arguments: argparse.Namespace) -> int:
    from deployments.catalog import show_diff

    return show_diff(_store_url(arguments), arguments.before, arguments.after)


def _why(arguments: argparse.Namespace) -> int:
    from deployments.why import show_why

    return show_why(_store_url(arguments), arguments.run, arguments.file)


def _gc(arguments: argparse.Namespace) -> int:
    from deployments.gc import collect_garbage

    return collect_garbage(_store_url(arguments), arguments.keep_hours, dry_run=arguments.dry_run)


def _apply(arguments: argparse.Namespace) -> int:
    from deployments.apply.command import apply

    overrides = parse_overrides(arguments.set)
    if arguments.profile:
        overrides["filter.profile"] = arguments.profile
    return apply(
        arguments.stage,
        arguments.input,
        arguments.output,
        overrides,
        arguments.workers,
        is_base64=arguments.base64,
    )


def _store_url(arguments: argparse.Namespace) -> str:
    """The store that is asked for, in the environment, or that of the presets on one machine."""
    return arguments.store or os.environ.get("OPENCODER_STORE") or "artifacts"


def _add(
    commands: Any,  # noqa: ANN401 - argparse keeps the type of its sub-parsers to itself
    name: str,
    command: Callable[[argparse.Namespace], int],
    summary: str,
    example: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=summary, epilog=f"example:\n  {example}", formatter_class=_KeepLines
    )
    parser.set_defaults(command=command)
    return parser


def _add_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change one field, such as sample.seed=2",
    )


class _KeepLines(argparse.RawDescriptionHelpFormatter):
    """Help with the line breaks of its texts."""


_DESCRIPTION = """\
The OpenCoder recipe, from source files to an evaluated code model.

  opencoder doctor            what is missing on this machine
  opencoder run tiny          the whole recipe, on files of this environment
  opencoder plan tiny         what a second run would reuse
"""

if __name__ == "__main__":
    raise SystemExit(main())
