"""Rules, signals and tables of the filter on small inputs: what the golden files do not reach."""

import math
import time

import pytest

from models.document import Kind
from models.filter import FilterConfig, RuleOverride
from tasks.filter.comments import split_comments
from tasks.filter.decide import Hit, decide
from tasks.filter.measure import Measured, measure
from tasks.filter.rules import common, text
from tasks.filter.rules import python as python_rules
from tasks.filter.rules.rule import Rule, replaced
from tasks.filter.rules.tables import TABLES, table_for, tables_with
from tasks.filter.source import PYTHON_PARSE_LIMIT_BYTES, NaturalLanguage, Source, UnknownSignal
from tasks.runtime.errors import ConfigError

DEEP = "(" * 150 + "1" + ")" * 150


def source(
    content: str, language: str = "c", kind: Kind = "code", natural_language: NaturalLanguage = "en"
) -> Source:
    return Source(content, language, kind, "file", len(content.encode()), natural_language)


def only(name: str, value: float | None, table: dict[str, Rule]) -> Measured:
    return Measured({key: value if key == name else None for key in table}, {})


# --- rules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "value", "fires"),
    [
        (Rule(text.num_sentences, low=2, spared=0), 0, False),
        (Rule(text.num_sentences, low=2, spared=0), 1, True),
        (Rule(text.num_sentences, low=2, spared=0), 2, False),
        (Rule(common.size_file_byte, low=1, high=3), 1, False),
        (Rule(common.size_file_byte, low=1, high=3), 3, False),
        (Rule(common.size_file_byte, low=1, high=3), 3.1, True),
        (Rule(common.size_file_byte, low=1, high=3), math.nan, False),
        (Rule(common.size_file_byte), math.inf, False),
    ],
)
def test_rule_fires_outside_of_its_closed_interval_only(rule: Rule, value: float, fires: bool) -> None:
    assert rule.fires(value) is fires


def test_replacing_a_signal_that_the_table_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="num_sentences"):
        replaced(common.COMMON, Rule(text.num_sentences))


def test_hit_names_rule_value_and_interval() -> None:
    table = tables_with({})["others"]
    decision = decide(only("qsc_code_num_words", 29, table), table, "id", FilterConfig())
    assert decision.hits == (Hit("qsc_code_num_words", 29, 30, math.inf),)
    assert not decision.kept


def test_undefined_signal_never_drops() -> None:
    table = tables_with({})["others"]
    assert decide(only("", None, table), table, "id", FilterConfig()).kept


@pytest.mark.parametrize(("policy", "kept"), [("drop", False), ("keep", True)])
def test_unknown_signal_is_a_hit_without_value(policy: str, kept: bool) -> None:
    table = tables_with({})["python"]
    measured = Measured(dict.fromkeys(table), {"qsc_codepython_cate_ast": "MemoryError"})
    decision = decide(measured, table, "id", FilterConfig.model_validate({"unknown": policy}))
    assert decision.kept is kept
    assert (decision.hits or decision.passed) == (Hit("qsc_codepython_cate_ast", None, 1, math.inf),)


def test_unknown_signal_of_a_rule_that_only_measures_drops_nothing() -> None:
    table = tables_with({})["others"]
    measured = Measured(dict.fromkeys(table), {"qsc_code_frac_words_unique": "reason"})
    assert decide(measured, table, "id", FilterConfig()).kept


# --- overrides of the config ---------------------------------------------------------------------------------


def test_override_changes_what_it_states_and_keeps_the_rest() -> None:
    tables = tables_with({"qsc_code_num_lines": RuleOverride(low=3)})
    rule = tables["go"]["qsc_code_num_lines"]
    assert (rule.low, rule.high, rule.drop_share) == (3, 100_000, 1)
    assert {name for name, r in tables["go"].items() if r != TABLES["go"][name]} == {"qsc_code_num_lines"}


def test_override_with_a_table_wins_over_the_general_one() -> None:
    tables = tables_with(
        {
            "data/qsc_code_num_chars": RuleOverride(high=9000),
            "qsc_code_num_chars": RuleOverride(low=7, high=8000),
        }
    )
    assert (tables["data"]["qsc_code_num_chars"].low, tables["data"]["qsc_code_num_chars"].high) == (7, 9000)
    assert tables["c"]["qsc_code_num_chars"].high == 8000


def test_disabled_rule_measures_and_never_fires() -> None:
    rule = tables_with({"qsc_code_num_lines": RuleOverride(enabled=False)})["c"]["qsc_code_num_lines"]
    assert rule.signal is TABLES["c"]["qsc_code_num_lines"].signal
    assert not rule.can_fire


def test_new_lower_bound_drops_the_exception_for_no_sentence() -> None:
    rule = tables_with({"qsc_doc_num_sentences": RuleOverride(low=3)})["text_en"]["qsc_doc_num_sentences"]
    assert rule.fires(0)


@pytest.mark.parametrize(
    ("key", "close"),
    [
        ("qsc_code_num_word", "qsc_code_num_words"),
        ("html/qsc_code_num_word", "html/qsc_code_num_words"),
        ("text_en/qsc_code_num_words", "text_en/qsc_doc_num_words"),
    ],
)
def test_unknown_rule_is_refused_with_close_names(key: str, close: str) -> None:
    with pytest.raises(ConfigError, match=f"filter.rules.{key}: no such rule.*{close}"):
        tables_with({key: RuleOverride(low=1)})


def test_override_that_keeps_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"qsc_code_num_chars: low 6000 exceeds high 5000"):
        tables_with({"qsc_code_num_chars": RuleOverride(low=6000)})


@pytest.mark.parametrize(
    ("language", "kind", "natural_language", "table"),
    [
        ("markdown", "text", "en", "text_en"),
        ("markdown", "text", "zh", "text_zh"),
        ("python", "code", "zh", "python"),
        ("json", "data", "en", "data"),
        ("rust", "code", "en", "others"),
        ("html", "data", "en", "html"),
        ("data", "code", "en", "others"),
        ("text_en", "code", "en", "others"),
    ],
)
def test_table_is_chosen_by_kind_then_language(
    language: str, kind: Kind, natural_language: NaturalLanguage, table: str
) -> None:
    assert table_for(language, kind, natural_language) == table


# --- signals that no golden file trips, and unknowns ----------------------------------------------------------


def test_file_of_over_three_million_bytes_is_dropped() -> None:
    rule = common.COMMON["qsc_code_size_file_byte"]
    assert rule.fires(rule.signal(source("x" * 3_000_001)) or 0)
    assert not rule.fires(rule.signal(source("x" * 3_000_000)) or 0)


def test_full_width_brackets_drop_chinese_text_only() -> None:
    assert TABLES["text_zh"]["qsc_doc_frac_words_full_bracket"].fires(0.11)
    assert not TABLES["text_en"]["qsc_doc_frac_words_full_bracket"].can_fire
    assert text.frac_words_full_bracket(source("【 a 】 b", kind="text")) == 0.5


def test_chinese_text_has_unknown_words_and_known_lines() -> None:
    measured = measure(source("你好。\n世界。\n", "text", "text", "zh"), TABLES["text_zh"])
    assert "qsc_doc_num_words" in measured.unknown
    assert measured.values["qsc_doc_num_words"] is None
    assert (measured.values["qsc_doc_num_lines"], measured.values["qsc_doc_num_sentences"]) == (2, 2)


def test_python_beyond_the_parsers_limit_is_unknown_not_passed() -> None:
    huge = Source("x = 1\n", "python", "code", "a.py", PYTHON_PARSE_LIMIT_BYTES + 1)
    measured = measure(huge, TABLES["python"])
    assert {"qsc_codepython_cate_ast", "qsc_code_frac_chars_comments"} <= measured.unknown.keys()
    assert not decide(measured, TABLES["python"], "id", FilterConfig()).kept


def test_python_nested_too_deep_for_the_parser_is_unknown() -> None:
    deep = source("x = " + "-" * 50_000 + "1\n", "python")
    for _ in range(2):
        with pytest.raises(UnknownSignal, match="Error"):
            python_rules.cate_ast(deep)
    assert python_rules.cate_ast(source(f"x = {DEEP}\n", "python")) == 1


def test_comments_of_broken_python_with_very_long_lines_are_unknown() -> None:
    measured = measure(source('"\\' * 50_000, "python"), TABLES["python"])
    assert measured.values["qsc_codepython_cate_ast"] == 0
    assert measured.unknown.keys() == {"qsc_code_frac_chars_comments"}


def test_comments_of_broken_python_are_told_by_token() -> None:
    assert common.frac_chars_comments(source("print 'a' # b\n", "python")) == 1 / 14
    assert common.frac_chars_comments(source("print ('a' # b\n", "python")) == 0


@pytest.mark.parametrize("broken", ["def f(:\n", "x = '\0'\n", "print 'a'\n"])
def test_text_that_is_not_python_does_not_parse(broken: str) -> None:
    assert python_rules.cate_ast(source(broken, "python")) == 0
    assert python_rules.cate_var_zero(source(broken, "python")) is None


def test_measuring_python_warns_of_nothing(recwarn: pytest.WarningsRecorder) -> None:
    measure(source("x = '\\d'\nassert (x, 'always true')\n1 is 1\n", "python"), TABLES["python"])
    assert not recwarn.list


@pytest.mark.parametrize(
    ("content", "encoded"),
    [
        ("A" * 1025, True),
        ("A" * 64 + "!" * 63, True),
        ("A" * 64 + "!" * 65, False),
        ("ab, " * 7 + "_", False),
        ("ab," * 9, True),
        ("0xab 0xcd " * 8, True),
        ("\\u0041" * 8 + "!" * 47, True),
        ("\\u0041" * 7, False),
    ],
)
def test_encoded_data_is_a_long_run_or_half_the_file(content: str, encoded: bool) -> None:
    assert common.cate_encoded_data(source(content)) == encoded


@pytest.mark.parametrize(
    ("line", "joins"),
    [
        ('x = "a" + "b"', True),
        ("x = 'a' + \"b\"", True),
        ('x = "a" + b', False),
        ('"a" + "b"', False),
        ('x = "" + "b"', False),
        ('x = "a" + ""', False),
    ],
)
def test_string_concatenation_needs_an_assignment_and_two_strings(line: str, joins: bool) -> None:
    assert common.frac_lines_string_concat(source(line)) == joins


def test_longest_line_counts_its_line_end_if_it_has_one() -> None:
    assert common.num_chars_line_max(source("ab\nabcd")) == 4
    assert common.num_chars_line_max(source("ab\nabcd\n")) == 5
    assert common.num_chars_line_max(source("")) == 0


def test_links_reach_to_the_last_bracket_of_their_word() -> None:
    assert text._link_chars("(http://a(b)c) (http://) (https://x y)") == len("(http://a(b)c)")


# --- comments ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "content", "comment"),
    [
        ("c", 'a("// no"); // yes\nb /* and */ c', "// yes\n/* and */"),
        ("c", "char q = '\"'; // yes", "// yes\n"),
        ("c", "// one \\\ntwo\nthree", "// one \\\ntwo\n"),
        ("cpp", "int n = 1'000; // yes", "// yes\n"),
        ("csharp", '@"C:\\" // yes', "// yes\n"),
        ("java", 'a("/*"); /** doc */ b', "/** doc */"),
        ("rust", "fn f<'a>(x: &'a str) {} // yes", "// yes\n"),
        ("go", "a := `// no` // yes", "// yes"),
        ("javascript", "a = `// no ${b}` // yes", "// yes"),
        ("python", "x = '# no' # yes\n", "# yes"),
        ("python", 'def f():\n    """Says."""\n    return """no"""\n', '"""Says."""'),
        ("shell", "echo \"$#\" '# no' a#b # yes", "# yes\n"),
        ("sql", "select '--no' -- yes", "-- yes\n"),
        ("html", "<p>--</p><!-- yes --><b>", "<!-- yes -->"),
        ("lua", 'x = "--no" --[[ yes ]] y -- too', "--[[ yes ]]-- too"),
        ("ruby", "a\n=begin\nyes\n=end\nb", "=begin\nyes\n=end"),
        ("haskell", "f {- yes -} = g -- too", "{- yes -}-- too"),
        ("c", "/* open\nto the end", "/* open\nto the end\n"),
        ("brainfuck", "+[->+<] # no style is known", ""),
    ],
)
def test_comments_are_told_from_strings_and_code(language: str, content: str, comment: str) -> None:
    split = split_comments(content, language)
    assert split.comment == comment
    assert len(split.code) + len(split.comment) == len(content.strip("\n")) + 1


# --- bounded time --------------------------------------------------------------------------------------------

NASTY = {
    "one line": "a",
    "spaces": " ",
    "line ends": "\n",
    "single quotes": "'",
    "both quotes": "'\"",
    "triple quotes by line": "'''\n",
    "open strings": "='",
    "open links": "(http://",
    "open tags": "<",
    "open comments": "/*",
    "escapes": "\\x41",
    "short words": "a b c d e ",
    "accents by line": "é\n",
    "returns": "return\n\n",
    "null characters": "\0",
}


@pytest.mark.parametrize("unit", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("language", ["python", "c", "markdown"])
def test_time_is_bounded_on_nasty_input(unit: str, language: str) -> None:
    content = unit * (500_000 // len(unit))
    kind: Kind = "text" if language == "markdown" else "code"
    begin = time.process_time()
    measure(source(content, language, kind), TABLES[table_for(language, kind)])
    assert time.process_time() - begin < 5, "a quadratic algorithm needs minutes"


@pytest.mark.verify
@pytest.mark.parametrize("unit", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("language", ["python", "c", "javascript", "shell", "rust", "html", "markdown"])
def test_no_file_of_eight_megabytes_takes_ten_seconds(unit: str, language: str) -> None:
    content = unit * (8_000_000 // len(unit.encode()))
    kind: Kind = "text" if language == "markdown" else "code"
    begin = time.process_time()
    measure(source(content, language, kind), TABLES[table_for(language, kind)])
    assert time.process_time() - begin < 10


def test_a_deeply_nested_file_is_judged_alike_at_any_depth_of_the_stack() -> None:
    def measured_below(depth: int, text: str) -> Measured:
        if depth:
            return measured_below(depth - 1, text)
        source = Source(text, "python", "code", "deep.py", len(text))
        return measure(source, TABLES["python"])

    for n_operands in range(300, 3300, 300):
        text = "x = " + "+".join(["y"] * n_operands) + "\n"
        assert measured_below(0, text) == measured_below(200, text)
