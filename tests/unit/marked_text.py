"""Texts of test cases with ⟦marks⟧ around what must be found."""


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without the marks, and the ranges that stood between them."""
    plain, ranges = "", []
    for part in text.split("⟦"):
        inside, mark, outside = part.partition("⟧")
        if mark:
            ranges.append((len(plain), len(plain) + len(inside)))
        plain += inside + outside
    return plain, ranges
