"""Text to band keys on one core, 2,048 permutations: our kernels against datasketch, on the same bytes.

    python tests/benchmarks/bench_minhash.py [--megabytes 20] [--bands 16] [--rows 128]

The corpus is the source files of this interpreter's library and installed packages, cut by a hash of the
path, so it is the same on every run. Nothing passes or fails on time.
"""

import argparse
import hashlib
import os
import platform
import re
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from models.dedup_fuzzy import DedupFuzzyConfig
from tasks.dedup_fuzzy.bands import document_band_keys
from tasks.text.compiled import USE_NUMBA

SUFFIXES = {".py", ".pyi", ".pyx", ".c", ".h", ".hpp", ".cpp", ".js", ".ts", ".css", ".html", ".json", ".md"}
SHINGLES_AT_ONCE = 4096  # of update_batch: 32 MiB; a whole large file would take gigabytes


def corpus(min_bytes: int) -> list[str]:
    """Distinct source files in an order given by their paths' hashes, until they hold `min_bytes`."""
    roots = {Path(sysconfig.get_paths()[name]) for name in ("stdlib", "purelib", "platlib")}
    paths = {path for root in roots for path in root.rglob("*") if path.suffix in SUFFIXES}
    texts: dict[bytes, str] = {}
    size_bytes = 0
    for path in sorted(paths, key=lambda path: hashlib.sha256(path.name.encode() + bytes(path)).digest()):
        try:
            content = path.read_bytes()
            text = content.decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        digest = hashlib.sha256(content).digest()
        if digest not in texts:
            texts[digest] = text
            size_bytes += len(content)
        if size_bytes >= min_bytes:
            break
    return list(texts.values())


def datasketch_band_keys(texts: Sequence[str], config: DedupFuzzyConfig) -> list[list[bytes]]:
    """What a user of datasketch runs: regex tokens, joined 5-grams, their set, update_batch, LSH keys."""
    from datasketch import MinHash

    empty = MinHash(num_perm=config.permutations, seed=config.seed, scheme="affine32")
    find_tokens = re.compile(r"\w+|[^\w\s]").findall
    keys = []
    for text in texts:
        tokens = find_tokens(text)
        runs = zip(*(tokens[i:] for i in range(config.ngram)), strict=False)
        shingles = [run.encode() for run in {" ".join(run) for run in runs}]
        sketch = empty.copy()
        for start in range(0, len(shingles), SHINGLES_AT_ONCE):
            sketch.update_batch(shingles[start : start + SHINGLES_AT_ONCE])
        rows = sketch.hashvalues.reshape(config.bands, config.rows)
        keys.append([bytes(band.byteswap().data) for band in rows])
    return keys


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The least CPU time of several runs."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def measure_ours(texts: Sequence[str], config: DedupFuzzyConfig) -> float:
    """CPU seconds of whichever kernels this process has; compiled before the clock starts."""
    document_band_keys([*texts[:20], "é" * 100], config)
    return seconds(lambda: document_band_keys(texts, config), 3 if USE_NUMBA else 1)


def measure_arrays(arguments: Sequence[str]) -> float:
    """CPU seconds of the kernels without numba, which are chosen at import: in a process of their own."""
    done = subprocess.run(
        [sys.executable, __file__, "--only-ours", *arguments],
        env={**os.environ, "OPENCODER_KERNELS": "numpy"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)


def main() -> None:
    """Prints one line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--bands", type=int, default=16)
    parser.add_argument("--rows", type=int, default=128)
    parser.add_argument("--only-ours", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    config = DedupFuzzyConfig(bands=options.bands, rows=options.rows)
    texts = corpus(int(options.megabytes * 1e6))
    if options.only_ours:
        print(measure_ours(texts, config))
        return
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{platform.platform()}, Python {platform.python_version()}, one core, CPU time")
    print(f"{len(texts)} files, {megabytes:.1f} MB, {config.bands} bands x {config.rows} rows")
    compiled_s = measure_ours(texts, config)
    arrays_s = measure_arrays(
        [f"--megabytes={options.megabytes}", f"--bands={config.bands}", f"--rows={config.rows}"]
    )
    datasketch_band_keys(texts[:20], config)
    peer_s = seconds(lambda: datasketch_band_keys(texts, config), 1)
    peer = f"datasketch {version('datasketch')} update_batch, affine32"
    for name, cpu_s in (
        ("ours, numba" if USE_NUMBA else "ours", compiled_s),
        ("ours, numpy", arrays_s),
        (peer, peer_s),
    ):
        print(
            f"{name:<48} {megabytes / cpu_s:8.2f} MB/s {len(texts) / cpu_s:8.0f} files/s "
            f"{peer_s / cpu_s:7.1f} x datasketch"
        )


if __name__ == "__main__":
    main()
