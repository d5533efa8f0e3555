"""Requirement lines and files mean what pip makes of them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.documents import PARSE_ERRORS, Documents
from ml_readiness.facts.dependencies.includes import follow
from ml_readiness.parsers.requirement import Requirement, pep508, pip_argument
from ml_readiness.parsers.requirements import Requirements, logical_lines
from ml_readiness.snapshot import Memory

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def read(text: str) -> Requirements:
    return Requirements.parse(text.encode())


def only(line: str) -> Requirement:
    found = read(line)
    assert len(found.requirements) == 1, found
    assert not found.broken
    return found.requirements[0]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("pkg==1.0", "exact"),
        ("pkg==1.0,==1.0", "exact"),
        ("pkg===1.0", "arbitrary_equality"),
        ("pkg==1.0,!=1.1", "exact_among_several"),
        ("pkg==1.*", "wildcard"),
        ("pkg==1.*,<1.5", "range"),
        ("pkg~=1.4", "compatible"),
        ("pkg!=1.0", "exclusion"),
        ("pkg!=1.0,!=1.1", "range"),
        ("pkg>=1,<=1", "range"),
        ("pkg", "unpinned"),
        ("pkg @ https://example.com/pkg.zip", "url_no_hash"),
        ("https://example.com/pkg-1-py3-none-any.whl --hash=sha256:aa", "url_hash"),
        (f"pkg @ git+https://example.com/r.git@{COMMIT}", "vcs_commit"),
        ("git+https://example.com/r.git@0123456789a#egg=pkg", "vcs_short_commit"),
        ("git+https://example.com/r.git@20230101#egg=pkg", "vcs_ref"),
        ("git+https://user@example.com/r.git@main#egg=pkg", "vcs_ref"),
        ("git+https://user@example.com/r.git#egg=pkg", "vcs_no_ref"),
        (f"svn+https://example.com/trunk@{COMMIT}#egg=pkg", "vcs_ref"),
        ("./wheels/pkg-1.0-py3-none-any.whl", "local"),
        ("pkg @ file:///tmp/build/pkg", "local"),
        ("-e .[dev]", "local"),
    ],
)
def test_kind_says_how_firmly_a_version_is_fixed(line: str, kind: str) -> None:
    assert only(line).kind == kind


def test_a_hash_does_not_pin_a_range_but_is_kept() -> None:
    found = only("pkg>=1 --hash=sha256:" + "a" * 64)
    assert (found.is_pinned, found.is_hashed) == (False, True)


def test_names_are_compared_as_indexes_do() -> None:
    assert only("Foo_Bar.baz==1").key == "foo-bar-baz"


def test_wheels_and_fragments_tell_the_name() -> None:
    assert only("./numpy-1.9-cp34-none-win32.whl").name == "numpy"
    assert only("-e ../lib#egg=lib").name == "lib"
    assert only("https://example.com/archive.tar.gz").name == ""


@pytest.mark.parametrize(
    "line",
    [
        "pkg=1.0",
        "pkg 1.0",
        "a==1 b==2",
        "name; invalid_marker",
        "{{ name }}==1",
        "<<<<<<< HEAD",
        ">>>>>>> feature/branch",
        "pip install numpy",
        "pkg --no-binary :all:",
        "--pre pkg",
        "--unknown",
        "--'quote",
        "-r",
        "pkg==1 --hash=weak",
        "git@github.com:owner/repo.git==v1",
        "pkg==1\0",
        "pkg" + "a" * 200_000,
    ],
)
def test_what_pip_refuses_is_reported(line: str) -> None:
    assert read(line).broken


def test_what_a_refused_line_means_is_known_all_the_same() -> None:
    """A file with conda's `=` is broken for pip, but says what the code needs."""
    found = read("numpy=1.21.2\npandas==1.3 -f https://example.com/wheels\na==1 b==2\n")
    assert [each.name for each in found.doubtful] == ["numpy", "pandas", "a", "b"]
    assert not found.requirements


def test_prose_is_no_requirements_file() -> None:
    found = read("The system shall be fast.\nIt shall also be good.\nUsers can log in.\nAnd log out again.\nnumpy\n")
    assert found.prose


def test_credentials_do_not_reach_messages() -> None:
    url = "https://someone:" + "x" * 8 + "@example.com/simple"
    found = read(f"{url} and more\n")
    assert "x" * 8 not in found.broken[0].message


def test_lines_are_joined_as_pip_joins_them() -> None:
    assert list(logical_lines("req1 \\\n# comment \\\nreq2\n")) == [(1, "req1"), (3, "req2")]
    assert list(logical_lines("pkg==1.\\\n0\n")) == [(1, "pkg==1.0")]
    assert list(logical_lines("a==1 # x\nb#c\n")) == [(1, "a==1"), (2, "b#c")]


def test_other_encodings_and_line_ends() -> None:
    text = "a==1.0\r\nb==2.0\r\n"
    for encoded in (text.encode("utf-16"), text.encode("utf-8-sig"), text.replace("\r\n", "\r").encode()):
        assert [r.label for r in Requirements.parse(encoded).requirements] == ["a==1.0", "b==2.0"]


def test_options_are_understood_by_their_short_and_abbreviated_names() -> None:
    found = read("-rother.txt\n--constraint=limits.txt\n--extra-index https://packages.example.com\n--pre\n")
    assert [(i.target, i.is_constraint) for i in found.includes] == [("other.txt", False), ("limits.txt", True)]
    assert [option for option, _, _ in found.options] == ["--extra-index-url", "--pre"]


def test_a_compiled_file_says_what_it_was_made_from() -> None:
    head = (
        "# This file is autogenerated by pip-compile with Python 3.11\n#    pip-compile --output-file=out.txt base.in\n"
    )
    found = read(head + "numpy==1\n    # via pandas\n")
    assert (found.compiled, found.compiled_from, found.annotated) == ("compiled", ("base.in",), 1)


def test_lists_of_conda_are_recognised() -> None:
    export = (
        "# This file may be used to create an environment using:\n# $ conda create --name <env> --file <this file>\n"
    )
    found = read(export + "# platform: linux-64\nnumpy=1.21.2=py39h20f2e39_0\n")
    assert (found.form, found.requirements[0].specifier, found.requirements[0].is_pinned) == ("conda", "==1.21.2", True)
    explicit = read("@EXPLICIT\nhttps://conda.example.com/linux-64/numpy-1.21.2-py39_0.tar.bz2#0123456789abcdef\n")
    assert (explicit.requirements[0].name, explicit.requirements[0].kind) == ("numpy", "url_hash")


def tree(**files: str) -> tuple[list[str], list[str]]:
    paths = {name.replace("__", "/") + ".txt": text for name, text in files.items()}
    found = follow(Documents(Memory(paths)), next(iter(paths)))
    return [each.requirement.label for each in found.declared], [problem.message for problem in found.problems]


def test_includes_are_relative_to_the_file_that_names_them() -> None:
    assert tree(requirements="-r reqs/base.txt\n", reqs__base="-r more.txt\na==1\n", reqs__more="b\n") == (
        ["a==1", "b"],
        [],
    )


def test_circles_end_and_are_reported() -> None:
    declared, problems = tree(a="-r b.txt\nx==1\n", b="-r a.txt\n")
    assert declared == ["x==1"]
    assert "circle" in problems[0]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nope.txt", "not there"),
        ("../../../etc/hostname", "outside"),
        ("/etc/hostname", "outside"),
        ("https://example.com/r.txt", "remote"),
    ],
)
def test_what_cannot_be_followed_is_reported_and_the_rest_is_read(target: str, said: str) -> None:
    declared, problems = tree(requirements=f"-r {target}\na==1\n")
    assert declared == ["a==1"]
    assert said in problems[0]


def test_constraints_declare_nothing() -> None:
    files = {"r.txt": "-c c.txt\na\n", "c.txt": "a==1\nb==2\n"}
    found = follow(Documents(Memory(files)), "r.txt")
    assert [each.key for each in found.declared] == ["a"]
    assert [each.key for each in found.constraints] == ["a", "b"]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = Requirements.parse(data)
    except PARSE_ERRORS:
        return
    assert msgspec.json.decode(msgspec.json.encode(found), type=Requirements) == found


NAMES = ["numpy", "[a,b]", "==", "1.0", ">=", "~=", "!=", "*", "(", ")", ";", "python_version<'3'", "@EXPLICIT"]
REST = ["-e", "-r", "-c", "--hash=sha256:a", "git+https://", "@", "file:", "./", "#", "'", '"', "\\", " ", "\n", "\\\n"]
PARTS = st.sampled_from([*NAMES, *REST, "\x00", "\u2028"])


@given(st.lists(PARTS, max_size=40).map("".join))
def test_any_mixture_of_syntax_is_read(text: str) -> None:
    found = read(text)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Requirements) == found
    assert all(each.line >= 1 for each in found.requirements)
    assert all(each.line >= 1 for each in found.broken)


@given(st.text(max_size=200))
def test_single_requirements_are_read_or_refused_by_value(text: str) -> None:
    for parse in (pep508, pip_argument):
        try:
            found = parse(text)
        except (ValueError, RecursionError):
            continue
        assert found.kind
