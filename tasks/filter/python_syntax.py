"""Python source: its statements, and its comments and documentation strings as one text.

Only statements are walked: what the rules look for (functions, classes, assignments, loops) cannot stand
inside an expression, and expressions are nine tenths of a tree.
"""

import ast
import gc
import io
import sys
import tokenize
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tasks.filter.comments import python_comments

_RECURSION_LIMIT = 1000
"""Python's default, whatever a library set it to."""

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_Documented = ast.ClassDef | ast.FunctionDef | ast.Module


def parse(text: str) -> ast.Module | None:
    """The syntax tree, None for what is not Python; RecursionError or MemoryError where the parser gives up.

    How deep the parser may go depends on the stack of its caller, so it gets a thread of its own: the same
    text parses, or does not, wherever it is asked.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_parse, text).result()


def _parse(text: str) -> ast.Module | None:
    """As `parse`, at the depth of the stack where it is called.

    The garbage collector rests meanwhile: a tree holds no cycles, and looking for them triples the time.
    """
    collects, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    sys.setrecursionlimit(_RECURSION_LIMIT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError):  # ValueError: a null character, a syntax error from Python 3.12 on
        return None
    finally:
        sys.setrecursionlimit(limit)
        if collects:
            gc.enable()


def statements(tree: ast.AST, into_classes: bool = True) -> Iterator[ast.AST]:
    """The tree and all statements below it, with handlers and match cases, in no useful order.

    Without `into_classes` classes come, but nothing of their bodies.
    """
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        if into_classes or not isinstance(node, ast.ClassDef):
            for block in _BLOCKS:
                stack.extend(getattr(node, block, ()))


def documentation(text: str, tree: ast.Module | None) -> str:
    """Documentation strings, one a line group, then all comments without their signs.

    Documentation of modules, classes and functions (not of async ones) has its indentation removed. Where the
    text does not parse there is none of it, and comments only if its tokens can be told apart.
    """
    if tree is None:
        return _comments_by_token(text).replace("#", "").strip()
    documented = [node for node in statements(tree) if isinstance(node, _Documented)]
    documented.sort(key=lambda node: (type(node).__name__, getattr(node, "name", "")))
    strings = (ast.get_docstring(node) for node in documented)
    return "\n".join([*filter(None, strings), python_comments(text).replace("#", "")]).strip()


def _comments_by_token(text: str) -> str:
    try:
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        return "".join([token.string for token in tokens if token.type == tokenize.COMMENT])
    except (tokenize.TokenError, SyntaxError):
        return ""
