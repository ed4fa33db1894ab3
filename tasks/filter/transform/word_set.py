"""Sets of words written as running text, as long tables of words read best."""


def word_set(text: str) -> frozenset[str]:
    """The words between the white space of a text."""
    return frozenset(text.split())
