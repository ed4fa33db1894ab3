"""The 14 tables of rules, and which one a file falls under.

To add a language: a file with its signal functions and its table, and its line in TABLES.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Literal, cast, get_args

from models.document import Kind
from models.filter import RuleOverride
from tasks.filter.rules import overrides
from tasks.filter.rules.common import COMMON
from tasks.filter.rules.python import PYTHON
from tasks.filter.rules.rule import Rule, Table, replaced
from tasks.filter.rules.text import TEXT_EN, TEXT_ZH
from tasks.filter.source import NaturalLanguage
from tasks.runtime.errors import ConfigError

TableName = Literal[
    "text_zh",
    "text_en",
    "others",
    "data",
    "shell",
    "sql",
    "python",
    "cpp",
    "c",
    "csharp",
    "go",
    "html",
    "java",
    "javascript",
]

TABLES: Mapping[TableName, Table] = {
    "text_zh": TEXT_ZH,
    "text_en": TEXT_EN,
    "others": COMMON,
    "data": replaced(COMMON, *overrides.DATA),
    "shell": replaced(COMMON, *overrides.SHELL),
    "sql": replaced(COMMON, *overrides.SQL),
    "python": {**COMMON, **PYTHON},
    "cpp": COMMON,
    "c": COMMON,
    "csharp": COMMON,
    "go": replaced(COMMON, *overrides.GO),
    "html": replaced(COMMON, *overrides.HTML),
    "java": COMMON,
    "javascript": COMMON,
}

_LANGUAGE_TABLES = frozenset(get_args(TableName)) - {"text_zh", "text_en", "others", "data"}


def table_for(language: str, kind: Kind, natural_language: NaturalLanguage = "en") -> TableName:
    """The table of a file: text by natural language, ten languages by name, else data or others."""
    if kind == "text":
        return "text_zh" if natural_language == "zh" else "text_en"
    if language in _LANGUAGE_TABLES:
        return cast(TableName, language)
    return "data" if kind == "data" else "others"


def tables_with(rules: Mapping[str, RuleOverride]) -> dict[TableName, dict[str, Rule]]:
    """The tables with the config's overrides merged in, rule by rule and field by field.

    A key is a rule's name, which means it in every table that has it, or TABLE/NAME; the latter wins.
    ConfigError for a name that no table has, with the closest names, and for an interval that keeps nothing.
    """
    tables = {name: dict(table) for name, table in TABLES.items()}
    for key in sorted(rules, key=lambda key: "/" in key):
        table_name, _, rule_name = key.rpartition("/")
        hit = [table for name, table in tables.items() if table_name in ("", name) and rule_name in table]
        if not hit:
            raise ConfigError(
                f"filter.rules.{key}: no such rule; close names: {', '.join(_close(key)) or 'none'}"
            )
        for table in hit:
            table[rule_name] = rule = _merged(table[rule_name], rules[key])
            if rule.low > rule.high:
                raise ConfigError(
                    f"filter.rules.{key}: low {rule.low:g} exceeds high {rule.high:g}: nothing is kept"
                )
    return tables


def _close(key: str) -> list[str]:
    plain = {rule_name for table in TABLES.values() for rule_name in table}
    qualified = {f"{name}/{rule_name}" for name, table in TABLES.items() for rule_name in table}
    return get_close_matches(key, sorted(qualified if "/" in key else plain), n=3)


def _merged(rule: Rule, override: RuleOverride) -> Rule:
    """The rule with the bounds and the share that the override states."""
    if not override.enabled:
        return Rule(rule.signal)
    return Rule(
        rule.signal,
        low=rule.low if override.low is None else override.low,
        high=rule.high if override.high is None else override.high,
        drop_share=rule.drop_share if override.drop_share is None else override.drop_share,
        spared=rule.spared if override.low is None else None,
    )
