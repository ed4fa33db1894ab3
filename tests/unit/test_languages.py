import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.collect import CollectConfig
from tasks.text.languages import (
    CORRECTIONS,
    EXCLUDED,
    LANGUAGE_OF_INTERPRETER,
    kind_of,
    language_of,
    language_of_shebang,
    load_facts,
    load_table,
)


@pytest.mark.parametrize(
    ("filename", "language"),
    [
        ("main.py", "python"),
        ("src/deep/main.py", "python"),
        ("Makefile", "makefile"),
        ("CMakeLists.txt", "cmake"),
        ("notes.txt", "text"),
        ("requirements.txt", "text"),
        (".gitignore", "ignore list"),
        (".bashrc", "shell"),
        ("archive.tar.gz", None),
        ("no_extension", None),
        ("trailing.", None),
        ("", None),
    ],
)
def test_the_file_name_decides_before_the_extension(filename: str, language: str | None) -> None:
    assert language_of(filename) == language


@pytest.mark.parametrize(
    ("filename", "language"),
    [("a.c", "c"), ("a.C", "cpp"), ("a.h", "c"), ("a.H", "cpp"), ("A.PY", "python"), ("a.R", "r")],
)
def test_an_extension_is_matched_as_written_before_its_lower_case_form(filename: str, language: str) -> None:
    assert language_of(filename) == language


@pytest.mark.parametrize(
    ("filename", "language"),
    [
        ("build.gradle.kts", "gradle kotlin dsl"),
        ("script.kts", "kotlin"),
        ("config.h.in", "c"),
        ("run.sh.in", "shell"),
        ("FindZ.cmake.in", "cmake"),
        ("MANIFEST.in", None),
        ("page.html.hl", "html"),
        ("core.cljs.hl", "clojure"),
        ("my.test.py", "python"),
    ],
)
def test_the_longest_known_extension_wins(filename: str, language: str | None) -> None:
    assert language_of(filename) == language


@pytest.mark.parametrize(
    ("filename", "language"),
    [
        ("setup.cfg", "ini"),
        ("haproxy.cfg", "haproxy"),
        ("site.pp", "puppet"),
        ("catalog.dtd", "xml"),
        ("some.lock", None),
        ("Cargo.lock", "toml"),
        ("composer.lock", "json"),
        ("yarn.lock", "yaml"),
        ("Token.sol", "solidity"),
        ("solve.f", "fortran"),
        ("film.srt", "subrip text"),
        ("00-basic.t", "perl"),
        ("editor.desktop", "desktop"),
    ],
)
def test_known_wrong_rows_are_corrected(filename: str, language: str | None) -> None:
    assert language_of(filename) == language


@pytest.mark.parametrize(
    ("first_line", "language"),
    [
        ("#!/bin/sh", "shell"),
        ("#! /bin/bash -e", "shell"),
        ("#!/usr/bin/env zsh", "shell"),
        ("#!/usr/bin/env python3.11", "python"),
        ("#!/usr/bin/python2", "python"),
        ("#!/usr/bin/env -S PYTHONPATH=. python3 -u", "python"),
        ("#!/usr/bin/env -S deno run --allow-net", "typescript"),
        ("#!/usr/bin/perl -w\n", "perl"),
        ("#!/opt/ruby-2.7/bin/ruby2.7", "ruby"),
        ("#!/usr/bin/env node\r\n", "javascript"),
        ("#!/usr/bin/php8.2", "php"),
        ("#!/usr/bin/lua5.4", "lua"),
        ("#!/usr/bin/env Rscript", "r"),
        ("#!/usr/bin/perl6", "raku"),
        ("#!/usr/bin/env", None),
        ("#!", None),
        ("#!/usr/bin/unheard-of", None),
        ("# comment", None),
        ("", None),
    ],
)
def test_a_script_is_known_by_the_program_it_names(first_line: str, language: str | None) -> None:
    assert language_of_shebang(first_line) == language


@given(st.text(max_size=80))
def test_any_first_line_gives_a_known_language_or_none(text: str) -> None:
    for line in (text, f"#!{text}"):
        language = language_of_shebang(line)
        assert language is None or kind_of(language)


@given(st.text(max_size=40))
def test_any_name_gives_a_known_language_or_none_and_folders_never_matter(name: str) -> None:
    language = language_of(name)
    assert language is None or kind_of(language)
    assert language_of(f"folder.py/{name}") == language


def test_every_language_a_table_names_has_a_kind() -> None:
    table = load_table()
    named = {*table.by_extension.values(), *table.by_filename.values(), *LANGUAGE_OF_INTERPRETER.values()}
    assert named <= set(table.kinds)
    assert set(table.kinds.values()) == {"code", "data", "text"}
    with pytest.raises(KeyError):
        kind_of("klingon")


def test_every_correction_changes_something() -> None:
    facts = load_facts().by_extension
    assert not [extension for extension, language in CORRECTIONS.items() if facts.get(extension) == language]


def test_the_excluded_types_of_the_paper_are_names_of_the_table() -> None:
    assert set(load_table().kinds) >= EXCLUDED
    assert frozenset(CollectConfig.model_fields["excluded_languages"].default) == EXCLUDED
    assert {"csv", "svg", "postscript", "unity3d asset", "jupyter notebook"} <= EXCLUDED
    assert not EXCLUDED & {"python", "json", "markdown", "css", "sql", "html"}
