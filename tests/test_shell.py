"""Shell texts: which commands there are, and which of them can fail the whole."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_readiness.documents import Unreadable, parse
from ml_readiness.parsers.shell import Command, Options, ShellScript, commands

CI = Options(errexit=True)
PIECES = ["if", "then", "else", "fi", "for", "do", "done", "case", "in", "esac", ";;", "{", "}", "(", ")", "&&", "||",
          "|", "&", ";", "\n", "x=1", "!", "f()", "<<E", "E", "$(", "`", "'", '"', "function", "[[", "]]"]  # fmt: skip


def words(text: str, options: Options = CI) -> list[str]:
    return [" ".join(command.words) for command in commands(text, options=options) if command.words]


def find(text: str, options: Options = CI, word: str = "pytest") -> Command:
    return next(c for c in commands(text, options=options) if c.words[:1] == (word,))


def test_words_quotes_and_continuations() -> None:
    assert words("pytest -k 'a or b' \\\n  \"tests dir\" > log 2>&1 # not tox\n") == ["pytest -k a or b tests dir"]


def test_comments_and_here_documents_are_no_commands() -> None:
    text = "# pytest\ncat > run.sh <<'EOF'\npytest\nEOF\necho \"pytest\"\nmake <<< pytest"
    assert words(text) == ["cat", "echo pytest", "make"]


def test_the_text_of_a_here_document_is_kept_for_who_reads_it() -> None:
    command = commands("ssh host <<EOF\npytest\nEOF\n")[0]
    assert (command.words, command.stdin, command.stdin_line) == (("ssh", "host"), "pytest\n", 2)


def test_structure_words_are_no_commands() -> None:
    text = "if [ -d x ]; then pytest; elif y; then z; else w; fi\nfor t in a b; do tox -e $t; done\n"
    text += "while read l; do x; done"
    assert words(text) == ["[ -d x ]", "pytest", "y", "z", "w", "for t in a b", "tox -e $t", "read l", "x"]


def test_lines_are_counted_through_everything() -> None:
    text = "a 'x\ny'\nb <<E\n1\nE\nc \\\n  d\n\ne"
    assert [(c.words[0], c.line) for c in commands(text)] == [("a", 1), ("b", 3), ("c", 6), ("e", 9)]


def test_variables() -> None:
    found = commands("CMD='pytest -x'\nA=1 B=2 make test")
    assert found[0].variables == {"CMD": "pytest -x"}
    assert found[1].variables == {"A": "1", "B": "2"}
    assert found[1].words == ("make", "test")


def test_folders() -> None:
    text = "cd a && x\n(cd b; y)\nz\npushd c; w; popd\nv\ncd /tmp; u\ncd -; t"
    assert {c.words[0]: c.folder for c in commands(text) if len(c.words) == 1 and c.words[0] != "popd"} == {
        "x": "a", "y": "a/b", "z": "a", "w": "a/c", "v": "a", "u": "/tmp", "t": "a",
    }  # fmt: skip


def test_functions_and_cases() -> None:
    text = 'check() { pytest; }\nfunction lint { ruff; }\ncase "$1" in\n  test|all) tox ;;\n  (x) y;;\nesac\n'
    found = {c.words[0]: c for c in commands(text)}
    assert found["pytest"].function == "check"
    assert found["ruff"].function == "lint"
    assert found["tox"].cases == (("$1", ("test", "all")),)
    assert found["y"].cases == (("$1", ("x",)),)
    assert found["tox"].function == ""


@pytest.mark.parametrize(
    "text",
    [
        "pytest",
        "pytest\necho done",
        "cd x && pytest",
        "cd x && pytest\necho done",
        "pytest && echo done",
        "pytest || exit 1",
        "pytest || (cat log; exit 1)",
        "pytest || { cat log; false; }",
        "pytest || rc=$?\nexit $rc",
        "pytest || failed=1\nif [ $failed ]; then exit 1; fi",
        "set -o pipefail\npytest | tee log",
        "if ! pytest; then\n  exit 1\nfi",
        "if pytest; then echo ok; else exit 1; fi",
        "if [ -d tests ]; then pytest; fi",
        "for t in a b; do pytest $t; done",
        "pytest &\nwait $!",
        "{ pytest; } 2>&1",
        "bash -c 'x' || true; pytest",
        "set +e\npytest\nrc=$?\ncat log\nexit $rc",
        "set +e\nx\nset -e\npytest\ny",
        "X=$(pytest)",
    ],
)
def test_failures_that_are_noticed(text: str) -> None:
    command = next(c for c in commands(text, options=CI) if "pytest" in c.words)
    assert command.lost == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pytest || true", "`|| true` swallows a failure"),
        ("pytest || :", "`|| :` swallows a failure"),
        ("pytest || exit 0", "swallows"),
        ("pytest || echo 'some failed'", "`|| echo some failed` swallows"),
        ("pytest -x || pytest --lf || true", "swallows"),
        ("(pytest) || true", "swallows"),
        ("pytest | tee log", "pipe"),
        ("pytest 2>&1 | grep -v warn", "pipe"),
        ("set +e\npytest\necho done", "no `set -e`"),
        ("pytest && echo ok\necho done", "in front of `&&`"),
        ("pytest &\necho", "background"),
        ("if pytest; then echo ok; fi", "only decides an `if`"),
        ("! pytest", "turns"),
        ("echo $(pytest)", "only its output"),
        ("pytest || rc=$?\necho $rc", "swallows"),
    ],
)
def test_failures_that_are_not_noticed(text: str, reason: str) -> None:
    command = next(c for c in commands(text, options=CI) if "pytest" in c.words)
    assert reason in command.lost


def test_without_errexit_only_the_last_command_counts() -> None:
    assert find("pytest\ncat log", Options()).lost
    assert not find("cat x\npytest", Options()).lost
    assert not find("set -euo pipefail\npytest | tee x\ncat log", Options()).lost


def test_a_script_says_how_it_runs() -> None:
    script = ShellScript.parse(b"#!/usr/bin/env bash\nset -e\npytest\necho\n")
    assert script.program == "bash"
    assert [c.lost for c in script.commands] == ["", "", ""] or not script.commands[1].lost
    assert not ShellScript.parse(b"#!/bin/bash -e\npytest\necho\n").commands[0].lost
    assert ShellScript.parse(b"#!/bin/sh\npytest\necho\n").commands[0].lost


def test_expressions_of_other_systems_are_words() -> None:
    assert words("pytest ${{ matrix.a == 'x' && 'y' }} --z") == ["pytest ${{ matrix.a == 'x' && 'y' }} --z"]


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "$(" * 100_000, "{ " * 100_000, "if " * 100_000, "`" * 100_001, "'" * 100_001, "a <<E\n" * 30_000,
     "case x in " * 50_000, "x() " * 50_000, "\\" * 100_001, "a|" * 100_000, "a&&" * 100_000, "a\n" * 100_000,
     '"$(' * 50_000, "${{" * 100_000, "f(){ " * 50_000, "x=(" * 50_000, "a || " * 60_000, "pytest || x\n" * 30_000],
)  # fmt: skip
def test_hostile_texts_take_linear_time(text: str) -> None:
    start = time.process_time()
    commands(text)
    assert time.process_time() - start < 4


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(alphabet=" \n\t;&|(){}<>$`'\"\\#!=[]ab1-", max_size=80).map(str.encode),
        st.lists(st.sampled_from(PIECES), max_size=30).map(lambda parts: " ".join(parts).encode()),
    )
)
def test_any_bytes_are_read(data: bytes) -> None:
    found = parse(ShellScript, "x.sh", data)
    if not isinstance(found, Unreadable):
        assert msgspec.json.decode(msgspec.json.encode(found), type=ShellScript) == found
