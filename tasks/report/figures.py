"""Numbers as a person reads them: `1,234`, `12.3 MB`, `4.5 %`."""

from math import inf, isfinite, isnan

MISSING = "–"
"""Stands where there is no number."""

_SIZE_UNITS = ("kB", "MB", "GB", "TB", "PB")


def count(number: int) -> str:
    """`1,234,567`."""
    return f"{number:,}"


def size(size_bytes: int) -> str:
    """`12.3 MB`, in powers of 1000 as disks are sold and as the paper counts; whole below 1 kB."""
    if abs(size_bytes) < 1000:
        return f"{size_bytes} byte{'' if size_bytes == 1 else 's'}"
    amount, unit = size_bytes / 1000, 0
    while round(abs(amount), 1) >= 1000 and unit < len(_SIZE_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:,.1f} {_SIZE_UNITS[unit]}"


def share(part: float, whole: float) -> str:
    """`12.3 %` of a whole; a share that would be rounded to nothing or to all of it says so."""
    if not whole:
        return MISSING
    percent = 100 * part / whole
    if 0 < percent < 0.05:
        return "< 0.1 %"
    if 99.95 <= percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %"


def seconds(duration_s: float) -> str:
    """`0.42 s`, `12.3 s`, `3 min 20 s`, `2 h 05 min`."""
    if round(duration_s, 2) < 10:
        return f"{duration_s:.2f} s"
    if round(duration_s, 1) < 60:
        return f"{duration_s:.1f} s"
    whole = round(duration_s)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60:02d} min"


def value(number: float | None) -> str:
    """Four significant digits, thousands separated; a missing number is one that could not be computed."""
    if number is None or isnan(number):
        return "unknown"
    if not isfinite(number):
        return "∞" if number > 0 else "−∞"
    if number == int(number):
        return f"{int(number):,}"
    return f"{number:,.0f}" if abs(number) >= 10_000 else f"{number:.4g}"


def interval(low: float | None, high: float | None) -> str:
    """The values that a rule keeps: `≥ 30`, `≤ 0.4`, `3 to 9`."""
    lower = -inf if low is None else low
    upper = inf if high is None else high
    if isfinite(lower) and isfinite(upper):
        return f"{value(lower)} to {value(upper)}" if lower != upper else f"= {value(lower)}"
    if isfinite(lower):
        return f"≥ {value(lower)}"
    return f"≤ {value(upper)}" if isfinite(upper) else "any"
