"""Dockerfiles: stages, instructions, and what they run."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_readiness.documents import Unreadable, parse
from ml_readiness.parsers.dockerfile import Dockerfile

PIECES = ["FROM a AS b", "ARG X=1", "RUN <<E", "E", "CMD [", "COPY --from=b x y", "\\", "# escape=`", "${X:-y}", "\n"]


def read(text: str) -> Dockerfile:
    return Dockerfile.parse(text.encode())


def test_stages_arguments_and_lineage() -> None:
    text = (
        "ARG V=3.12\nFROM python:${V}-slim AS base\nFROM --platform=linux/amd64 base as app\n"
        "FROM scratch\nFROM $UNSET:1\n"
    )
    file = read(text + "COPY --from=app /a /b\n")
    assert [s.base for s in file.stages] == ["python:3.12-slim", "base", "scratch", "$UNSET:1"]
    assert [s.base for s in file.external] == ["python:3.12-slim", "$UNSET:1"]
    assert [s.name for s in file.lineage(file.stages[1])] == ["app", "base"]
    assert file.stages[1].flags == {"platform": "linux/amd64"}
    assert file.final.of("COPY")[0].flags == {"from": "app"}


def test_continuations_comments_and_lines() -> None:
    text = 'FROM a\nRUN apt-get update && \\\n  # a comment\n\n  pytest \\\n  -x\nCMD ["python", \\\n "a.py"]\n'
    file = read(text)
    run = [(c.words, c.line) for c in file.final.runs]
    assert run == [(("apt-get", "update"), 2), (("pytest", "-x"), 5)]
    assert file.final.starts("CMD")[0].words == ("python", "a.py")
    assert file.final.of("CMD")[0].line == 7


def test_here_documents_and_shells() -> None:
    text = 'FROM a\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN <<EOF\npytest\nls\nEOF\nRUN pytest | tee x\n'
    first, _, second, _ = read(text + "COPY <<A <<B /x/\n1\nA\nFROM no\nB\nUSER me\n").final.runs
    assert (first.words, first.line, first.lost) == (("pytest",), 4, "")
    assert not second.lost
    assert [s.image for s in read(text + "COPY <<A /x/\nFROM no\nA\n").stages] == ["a"]


def test_escape_directive_and_forms() -> None:
    text = (
        "# escape=`\nFROM a\nRUN dir `\n c:\\\nHEALTHCHECK --interval=5s CMD curl -f localhost\n"
        "ENTRYPOINT python a.py\nCMD [broken]\n"
    )
    file = read(text)
    assert file.final.runs[0].line == 3
    assert file.final.starts("HEALTHCHECK")[0].words == ("curl", "-f", "localhost")
    assert file.final.starts("ENTRYPOINT")[0].words == ("python", "a.py")
    assert file.final.starts("CMD")[0].words == ("[broken]",)


@pytest.mark.parametrize("text", ["", "# only\n", "RUN x\n", "\0FROM a"])
def test_what_is_no_dockerfile_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\n" + "RUN " + "--a " * 50_000,
        "FROM a\n" * 20_000,
        "FROM a\nRUN x \\\n" + "# c\n" * 50_000,
        "FROM a\nRUN " + "<<E " * 20_000,
        "".join(f"ARG V{i + 1}=$V{i}$V{i}\n" for i in range(60)) + "FROM $V60\n",
        "".join(f"FROM s{i} AS s{i + 1}\n" for i in range(4_000)),
    ],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    start = time.process_time()
    file = read(text)
    assert file.external
    file.lineage(file.final)
    assert time.process_time() - start < 4


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=150),
        st.lists(
            st.sampled_from(PIECES),
            max_size=15,
        ).map(lambda parts: "\n".join(["FROM z", *parts]).encode()),
    )
)  # fmt: skip
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    found = parse(Dockerfile, "Dockerfile", data)
    if not isinstance(found, Unreadable):
        assert msgspec.json.decode(msgspec.json.encode(found), type=Dockerfile) == found
        for stage in found.stages:
            assert found.lineage(stage)
            assert isinstance(stage.runs + stage.starts("CMD"), tuple)
