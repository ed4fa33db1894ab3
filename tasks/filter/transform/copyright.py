"""Copyright and licence notices at the head of a file (paper 2.1.1).

Every comment before the first code is looked at. A block that holds nothing else goes whole, with its line
end and the names and dates that stand beside the notice. A block that also documents the code keeps its
documentation: only the lines of the notice go, with the empty comment line that set them apart.
"""

import re
from collections.abc import Iterator

from tasks.filter.transform.comment_blocks import CommentBlock, CommentLine, comment_lines, head_comments
from tasks.filter.transform.notice import Label, label_lines
from tasks.filter.transform.notice_language import may_hold_notice
from tasks.filter.transform.span import Span

_MAX_HEAD_CHARACTERS = 1 << 17
_TITLE_WORDS = 2
_WORD = re.compile(r"[^\W\d_]{2,}")


def find_notices(text: str, language: str = "") -> Iterator[Span]:
    """The notices in the order of the text, each ending with a line end where it ends a line."""
    after_notice = False
    for block in head_comments(text, language):
        if block.start > _MAX_HEAD_CHARACTERS:
            return
        found = []
        if may_hold_notice(text[block.start : block.end]):
            found = list(_notices_in(text, block, after_notice))
            yield from found
        after_notice = bool(found) and found[-1].end == block.end


def _notices_in(text: str, block: CommentBlock, carried: bool) -> Iterator[Span]:
    lines = comment_lines(text, block)
    words = [text[line.content_start : line.content_end] for line in lines]
    labels = label_lines(words, carried=carried)
    if "notice" not in labels:
        return
    documentation = [w for w, label in zip(words, labels, strict=True) if label == "documentation"]
    if "directive" not in labels and len(_WORD.findall(" ".join(documentation))) <= _TITLE_WORDS:
        yield Span("copyright", block.start, block.end)
        return
    removed = _with_neighbours(labels)
    for first, last in _runs(removed):
        start, end = _range_of(text, block, lines, first, last)
        if start < end:
            yield Span("copyright", start, end)


def _with_neighbours(labels: list[Label]) -> list[bool]:
    """[n] the notice lines, the names of authors that touch them and the blank lines that only set them apart."""
    removed = [label == "notice" for label in labels]
    for order in (range(len(labels)), range(len(labels) - 1, -1, -1)):
        beside = False
        for i in order:
            beside = removed[i] or (beside and labels[i] == "authorship")
            removed[i] = beside
    for first, last in _runs(removed):
        above, below = first - 1, last + 1
        if above >= 0 and labels[above] == "blank" and (below == len(labels) or labels[below] == "blank"):
            while above > 0 and labels[above] == "blank" and not removed[above]:
                removed[above] = above > 0
                above -= 1
        elif below < len(labels) - 1 and labels[below] == "blank":
            removed[below] = True
    return removed


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    """First and last index of each run of True."""
    runs: list[tuple[int, int]] = []
    for i, flag in enumerate(flags):
        if not flag:
            continue
        if runs and runs[-1][1] == i - 1:
            runs[-1] = (runs[-1][0], i)
        else:
            runs.append((i, i))
    return runs


def _range_of(
    text: str, block: CommentBlock, lines: list[CommentLine], first: int, last: int
) -> tuple[int, int]:
    """The characters to remove for a run of lines: whole lines, except beside a delimiter of the comment."""
    start, end = lines[first].start, lines[last].end
    if block.style == "line":
        return start, end
    if start < block.body_start:
        start = lines[first].content_start
    if end > block.body_end:
        end = lines[last].content_end
        if start == lines[first].start and first > 0:
            # The closing delimiter moves up to the end of the line before.
            start = lines[first].content_start
    elif start != lines[first].start:
        end = lines[last].content_end
    return start, end
