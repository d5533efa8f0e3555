"""YAML readers: what files in the wild hold, and what hostile files try."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_readiness.documents import Unreadable, parse
from ml_readiness.parsers.templates import TEMPLATE, without_templates
from ml_readiness.parsers.yaml import YamlFile, load, load_all


def nodes(text: str) -> YamlFile:
    return YamlFile.parse(text.encode())


def test_plain_values_mean_what_yaml_means() -> None:
    assert load(b"a: 1\nb: 1.5\nc: yes\nd: null\ne: '1'\nf: 0x10\ng: 010\nh: 3.10.1\ni: 1e3\nj: [x, {y: z}]") == {
        "a": 1, "b": 1.5, "c": True, "d": None, "e": "1", "f": 16, "g": 8, "h": "3.10.1", "i": 1000.0,
        "j": ["x", {"y": "z"}],
    }  # fmt: skip


def test_keys_are_text_as_written() -> None:
    assert load(b"on: push\nno: 1\n2: x\n~: y") == {"on": "push", "no": 1, "2": "x", "~": "y"}


def test_many_documents() -> None:
    assert load_all(b"---\na: 1\n" * 1000) == ({"a": 1},) * 1000
    assert load_all(b"") == ()
    assert load(b"# nothing\n") is None


def test_unknown_tags_are_ignored_but_kept_on_the_node() -> None:
    text = "x: !Ref y\nz: !vault |\n  00\nw: !reference [.setup, script]\nv: !!python/object/apply:os.system [echo hi]"
    assert load(text.encode()) == {"x": "y", "z": "00\n", "w": [".setup", "script"],
                                   "v": ["echo hi"]}  # fmt: skip
    reference = nodes(text).root.get("w")
    assert reference is not None
    assert reference.tag == "!reference"


def test_lines_are_those_of_the_keys_and_of_the_text() -> None:
    root = nodes(
        "jobs:\n  test:\n    steps:\n      - run: |\n\n          pytest\n      - run: >-\n          tox\n"
    ).root
    first, second = root.list("jobs", "test", "steps")
    run = first.get("run")
    assert run is not None
    assert (run.line, run.inner, run.text) == (4, 5, "\npytest\n")
    assert second.line == 7
    assert root.entries("jobs")[0][1].line == 2


def test_merges_keep_own_keys() -> None:
    text = b"x: &x {a: 1, b: 2}\ny: &y {c: 3}\nz:\n  <<: [*x, *y]\n  a: 9\n"
    assert load(text) == {"x": {"a": 1, "b": 2}, "y": {"c": 3}, "z": {"a": 9, "b": 2, "c": 3}}


def test_odd_scalars_stay_text() -> None:
    nines = "9" * 5000
    assert load(f"a: 2001-99-99\nb: 22:22\nc: {nines}\nd: .nan\ne: 1.2.3\nf: '-'\n".encode()) == {
        "a": "2001-99-99", "b": "22:22", "c": nines, "d": ".nan", "e": "1.2.3", "f": "-",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "[" * 30000 + "]" * 30000,
        "- " * 30000,
        "? " * 30000,
        "{a: " * 30000,
        "a: &a [*a]",
        "a: *nowhere",
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)),
        "l0: &l0 {k: v}\n" + "".join(f"l{i}: &l{i}\n  <<: [{','.join([f'*l{i - 1}'] * 9)}]\n" for i in range(1, 10)),
        "".join(f"%TAG !a{i}! x\n" for i in range(1000)) + "---\na: 1",
        "- a\n" * 300_000,
        "a:\n\tb: 1",
        "a: \0",
        "a: [",
        "#" * 6_000_000,
    ],
)
def test_hostile_text_is_refused_quickly(text: str) -> None:
    start = time.process_time()
    with pytest.raises(ValueError, match=r"\w"):
        load_all(text.encode())
    assert time.process_time() - start < 3


def test_helm_templates_are_read_without_their_expressions() -> None:
    text = """\
{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "x.fullname" . }}
  labels:
    {{- include "x.labels" . | nindent 4 }}
spec:
  image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
{{- /*
 a comment
*/}}
  {{ .Values.key }}: {{ .Values.value }}
{{- end }}
"""
    file = nodes(text)
    assert file.template
    assert file.root.string("kind") == "Deployment"
    assert file.root.string("metadata", "name") == TEMPLATE
    assert file.root.string("spec", "image") == f"{TEMPLATE}:{TEMPLATE}"
    assert file.root.get("spec", TEMPLATE) is not None
    assert file.root.get("spec", TEMPLATE).line == 13  # type: ignore[union-attr]


def test_github_expressions_are_no_template() -> None:
    file = nodes(
        "on: push\njobs:\n  a:\n    runs-on: ${{ matrix.os }}\n    steps:\n      - run: ${{ inputs.command }}\n"
    )
    assert not file.template
    assert file.root.string("jobs", "a", "runs-on") == "${{ matrix.os }}"


def test_a_template_that_cannot_be_read_is_not_broken() -> None:
    file = nodes("a: [{{ x }}\n{% if y %}\n  - b\n")
    assert file == YamlFile((), template=True)


def test_unclosed_expressions_take_linear_time() -> None:
    start = time.process_time()
    without_templates("{{" * 300_000 + "{%" * 100_000)
    without_templates("{{}}" * 200_000)
    assert time.process_time() - start < 3


def test_windows_line_ends_and_byte_order_marks() -> None:
    assert load("\ufeffa: 1\r\nb:\r\n  - c\r\n".encode()) == {"a": 1, "b": ["c"]}
    assert load("a: é".encode("utf-16")) == {"a": "é"}
    assert load("a: é".encode("latin-1")) == {"a": "é"}


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(), st.text(alphabet=" \n\t-:?[]{}&*!|>'\"%@`#,<~.{{}}%01ab\\ud\0é", max_size=80).map(str.encode)
    )
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    found = parse(YamlFile, "x.yaml", data)
    if not isinstance(found, Unreadable):
        assert msgspec.json.decode(msgspec.json.encode(found), type=YamlFile) == found
        for node in found.documents:
            assert len(list(node.walk())) >= 1
            msgspec.json.encode(node.value)
