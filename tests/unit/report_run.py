"""A run made up for the tests of the report: typed summaries, tables on a store, and a reader of the page."""

import re
from html.parser import HTMLParser
from math import inf

import pyarrow as pa

from models.artifact import Manifest, Part
from models.base import Frozen, StageConfig
from models.collect import CollectConfig, CollectSummary, Directory, InstalledPackages
from models.dedup_exact import DedupExactConfig, DedupExactSummary
from models.dedup_fuzzy import DedupFuzzyConfig, DedupFuzzySummary
from models.filter import FilterConfig, FilterSummary, SignalsConfig, SignalsSummary
from models.recipe import Recipe, RunRecord
from models.sample import LanguageShare, SampleConfig, SampleSummary
from tasks.runtime.shards import Shard
from tasks.runtime.store import Store

HOSTILE = 'src/<script>alert("1")</script>&\u202egpj.py'
STAGES = ("collect", "dedup_exact", "filter_signals", "filter", "dedup_fuzzy", "sample")
WEIGHTS = {
    "java": 430, "python": 310, "javascript": 250, "c++": 190, "html": 160, "c": 150, "typescript": 120, "go": 95,
    "php": 90, "c#": 85, "rust": 60, "markdown": 55, "ruby": 40, "css": 38, "kotlin": 30, "shell": 22, "json": 20,
    "swift": 18, "scala": 14, "restructuredtext": 9, "lua": 8, "haskell": 6, "cython": 3, "fortran": 2,
}  # fmt: skip


def funnel(before: dict[str, int] | None, kept: float, scale: int = 1000) -> dict[str, object]:
    """The fields of FunnelSummary: `kept` of the documents of `before`, which are documents by language."""
    incoming = before if before is not None else {name: scale * weight for name, weight in WEIGHTS.items()}
    documents = {name: int(n * kept * (0.9 if name == "html" else 1)) for name, n in incoming.items()}
    return {
        "n_documents_in": sum(incoming.values()),
        "n_documents": sum(documents.values()),
        "size_bytes_in": sum(n * 6_100 for n in incoming.values()),
        "size_bytes": sum(n * 6_100 for n in documents.values()),
        "documents_by_language": documents,
        "bytes_by_language": {name: n * 6_100 for name, n in documents.items()},
    }


def summaries(alarms: tuple[str, ...] = ()) -> dict[str, Frozen]:
    """One summary a stage, each reading what the one before kept."""
    steps: dict[str, dict[str, object]] = {}
    before = None
    for stage, kept in zip(STAGES, (0.93, 0.27, 1.0, 0.71, 0.94, 0.86), strict=True):
        steps[stage] = funnel(before, kept)
        before = steps[stage]["documents_by_language"]
    removed = {"removed_by_language": {"java": 7}, "removed_bytes_by_language": {"java": 700}}
    before_sample = steps["dedup_fuzzy"]
    shares = {
        name: LanguageShare(
            n_documents_before=n,
            n_documents=steps["sample"]["documents_by_language"][name],
            size_bytes_before=n * 6_100,
            size_bytes=steps["sample"]["bytes_by_language"][name],
            keep_ratio={"java": 0.445, "html": 0.135}.get(name, 1.0),
        )
        for name, n in before_sample["documents_by_language"].items()
    }
    rules = {f"frac_chars_rule_{index}": 9_000 - 800 * index for index in range(11)}
    return {
        "collect": CollectSummary(
            **steps["collect"],
            rejected={"binary": 91_234, "too_large": 812, "unknown_language": 43_210, "empty": 77},
            rejected_bytes={"binary": 912_345_678, "too_large": 123_456_789, "unknown_language": 4_321},
            documents_by_source={"installed_packages": 1_000_000, "git": 234_567},
            snapshot="5" * 32,
        ),
        "dedup_exact": DedupExactSummary(
            **steps["dedup_exact"], n_groups=234_567, largest_group=81_234, **removed
        ),
        "filter_signals": SignalsSummary(
            **steps["filter_signals"],
            n_rewritten=51_234,
            redactions_by_kind={"copyright": 40_123, "email": 12_345, "ip": 678, "password": 91, "key": 12},
            unknown_by_signal={"cate_ast": 12},
        ),
        "filter": FilterSummary(
            **steps["filter"],
            hits_by_rule=rules,
            only_hits_by_rule={rule: n // 2 for rule, n in rules.items()},
            passed_by_rule={"frac_chars_rule_0": 55},
            unknown_by_signal={"cate_ast": 12},
            unknown_reasons={"the file nests too deep for the parser": 12},
        ),
        "dedup_fuzzy": DedupFuzzySummary(
            **steps["dedup_fuzzy"],
            n_short=123,
            n_clusters=9_876,
            n_clustered=21_987,
            largest_cluster=40,
            alarms=alarms,
            **removed,
        ),
        "sample": SampleSummary(
            **steps["sample"],
            n_holdout_documents=1_021,
            holdout_size_bytes=6_228_100,
            n_holdout_repos=4,
            n_left_out_copies=17,
            languages=shares,
        ),
    }


def dropped_table(rule_prefix: str = "frac_chars_rule_", n_rules: int = 11, path: str = HOSTILE) -> pa.Table:
    """Five files a rule, as the filter writes them."""
    rows = [
        {
            "id": f"{rule}{i}",
            "repo": "github.com/owner/name",
            "path": f"{i}/{path}",
            "language": "python",
            "rule": f"{rule_prefix}{rule}",
            "value": None if rule == 2 else 0.123456 * (i + 1),
            "low": -inf if rule % 2 else 0.5,
            "high": 0.9 if rule % 2 else inf,
        }
        for rule in range(n_rules)
        for i in range(5)
    ]
    return pa.Table.from_pylist(rows)


def clusters_table(sizes: dict[str, int], path: str = HOSTILE) -> pa.Table:
    """Clusters of these sizes, the survivor last in the order of the table."""
    rows = [
        {
            "cluster": name,
            "id": f"{name}{i:03d}",
            "repo": "github.com/owner/name",
            "path": f"{name}/{i:03d}/{path}",
            "is_survivor": i == n - 1,
            "estimated_jaccard": 1.0 if i == n - 1 else 0.98 + i / 10_000,
        }
        for name, n in sizes.items()
        for i in range(n)
    ]
    return pa.Table.from_pylist(rows)


def write_parts(store: Store, stage: str, name: str, tables: list[pa.Table]) -> list[Part]:
    """The tables on the store as parts of the stage's artifact."""
    parts: list[Part] = []
    for index, one in enumerate(tables):
        shard = Shard(store, f"{stage}/{fingerprint_of(stage)}", "documents", index, {}, {})
        shard.write(name, one)
        parts += shard.parts
    return parts


def fingerprint_of(stage: str) -> str:
    return (stage.encode().hex() * 32)[:32]


CONFIGS: dict[str, StageConfig] = {
    "collect": CollectConfig(sources=(InstalledPackages(),)),
    "dedup_exact": DedupExactConfig(),
    "filter_signals": SignalsConfig(),
    "filter": FilterConfig(),
    "dedup_fuzzy": DedupFuzzyConfig(),
    "sample": SampleConfig(),
}


def make_manifests(store: Store, alarms: tuple[str, ...] = ()) -> list[Manifest]:
    """The manifests of a whole run, the tables they name written to the store."""
    parts = {
        "filter": write_parts(store, "filter", "dropped", [dropped_table()]),
        "dedup_fuzzy": write_parts(
            store,
            "dedup_fuzzy",
            "clusters",
            [clusters_table({"a": 2, "b": 40, "c": 9}), clusters_table({"d": 5})],
        ),
    }
    return [
        Manifest(
            stage=stage,
            fingerprint=fingerprint_of(stage),
            revision=1,
            config=CONFIGS[stage].model_dump(mode="json"),
            inputs={"snapshot": "5" * 32} if stage == "collect" else {"documents": "d" * 32},
            parts=tuple(parts.get(stage, ())),
            summary=summary.model_dump(mode="json"),
            code_version="0.1.0",
            timings_s={"documents": 12.345, "survivors": 0.5},
            created="2026-11-02T03:00:00+00:00" if stage == "collect" else "2026-11-23T03:10:00+00:00",
        )
        for stage, summary in summaries(alarms).items()
    ]


def make_record(stages: tuple[str, ...] = STAGES, state: str = "completed", **changes: object) -> RunRecord:
    recipe = Recipe(
        name="tiny",
        collect=CollectConfig(sources=(InstalledPackages(max_files=500), Directory(path=f"/data/{HOSTILE}"))),
        sample=SampleConfig(keep_ratio={"java": 0.445}, seed=2),
    )
    return RunRecord(
        name="tiny",
        state=state,
        stages={stage: fingerprint_of(stage) for stage in stages},
        recipe=recipe.model_dump(mode="json"),
        as_of="2026-11-23T03:00:00+00:00",
        started="2026-11-23T03:00:05+00:00",
        finished="2026-11-23T03:12:45+00:00",
    ).model_copy(update=changes)


class Page(HTMLParser):
    """Collects tags with their attributes, and the visible text, the way a browser would see them."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._in_style = False
        self.feed(markup)
        self.close()
        self.text = re.sub(r"\s+", " ", " ".join(self.words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.words.append(data)
