"""Rules for Python (paper Table 12): 8 signals of the syntax tree and the code lines.

`async def` is no function here and any line that holds `import` is an import, as in the released filter.
"""

import ast
import re

from tasks.filter.python_syntax import statements
from tasks.filter.rules.rule import Rule, Table
from tasks.filter.source import Source

_RETURN_ALONE = re.compile(r"^[^\S\n]*+return(\s+.+)?\s*$", re.MULTILINE)


def cate_ast(source: Source) -> float:
    """Whether the file is Python that parses."""
    return source.python_tree is not None


def frac_lines_func_ratio(source: Source) -> float | None:
    """Functions, nested ones included / code lines; None for what does not parse or has no code."""
    if source.python_tree is None or not source.code_lines:
        return None
    return _count(source, ast.FunctionDef) / len(source.code_lines)


def cate_var_zero(source: Source) -> float | None:
    """Whether no plain name is assigned, no loop has a plain variable, no function a parameter."""
    if source.python_tree is None:
        return None
    return not any(map(_names_variable, source.python_statements))


def _names_variable(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=targets):
            return any(isinstance(target, ast.Name) for target in targets)
        case ast.For(target=ast.Name()):
            return True
        case ast.FunctionDef(args=arguments):
            return bool(arguments.args)
    return False


def frac_lines_pass(source: Source) -> float:
    """Code lines with `pass` anywhere / code lines; 0 without code lines."""
    return source.share_of_code_lines("pass") or 0


def frac_lines_import(source: Source) -> float:
    """Code lines with `import` anywhere / code lines; 0 without code lines."""
    return source.share_of_code_lines("import") or 0


def frac_lines_simplefunc(source: Source) -> float | None:
    """Functions that only return / code lines; None for what does not parse or has no code."""
    if source.python_tree is None or not source.code_lines:
        return None
    n_simple = sum(
        isinstance(node, ast.FunctionDef) and len(node.body) == 1 and isinstance(node.body[0], ast.Return)
        for node in source.python_statements
    )
    return n_simple / len(source.code_lines)


def score_lines_no_logic(source: Source) -> float | None:
    """Functions, imports, classes, lonely returns and class fields / code lines; None as above."""
    if source.python_tree is None or not source.code_lines:
        return None
    n_plain = (
        _count(source, ast.FunctionDef) + _count(source, ast.ClassDef) + _count_fields(source.python_tree)
    )
    n_plain += sum("import" in line for line in source.lower_code_lines)
    n_plain += sum(1 for _ in _RETURN_ALONE.finditer(source.code))
    return n_plain / len(source.code_lines)


def _count(source: Source, kind: type[ast.stmt]) -> int:
    return sum(type(node) is kind for node in source.python_statements)


def _count_fields(tree: ast.Module) -> int:
    """Plain names that the bodies of classes assign or annotate; classes inside classes left out."""
    n_fields = 0
    for node in statements(tree, into_classes=False):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                if isinstance(statement, ast.Assign):
                    n_fields += sum(isinstance(target, ast.Name) for target in statement.targets)
                elif isinstance(statement, ast.AnnAssign):
                    n_fields += isinstance(statement.target, ast.Name)
    return n_fields


def frac_lines_print(source: Source) -> float | None:
    """Code lines with `print` anywhere / code lines; None without code lines."""
    if not source.code_lines:
        return None
    return sum("print" in line for line in source.code_lines) / len(source.code_lines)


PYTHON: Table = {
    "qsc_codepython_cate_ast": Rule(cate_ast, low=1),
    "qsc_codepython_frac_lines_func_ratio": Rule(frac_lines_func_ratio, high=0.2),
    "qsc_codepython_cate_var_zero": Rule(cate_var_zero, high=0),
    "qsc_codepython_frac_lines_pass": Rule(frac_lines_pass, high=0.05),
    "qsc_codepython_frac_lines_import": Rule(frac_lines_import, high=0.3),
    "qsc_codepython_frac_lines_simplefunc": Rule(frac_lines_simplefunc, high=0.1),
    "qsc_codepython_score_lines_no_logic": Rule(score_lines_no_logic, high=0.5, drop_share=0.8),
    "qsc_codepython_frac_lines_print": Rule(frac_lines_print, high=0.4),
}
