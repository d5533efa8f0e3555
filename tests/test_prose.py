"""Written documents give up their headings, links, code and tables, with lines."""

from __future__ import annotations

import time
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.documents import PARSE_ERRORS, Unreadable, parse
from ml_readiness.parsers.markdown import Markdown
from ml_readiness.parsers.prose import Link
from ml_readiness.parsers.restructured import Restructured


def markdown(text: str) -> Markdown:
    return Markdown.parse(text.encode())


def rst(text: str) -> Restructured:
    return Restructured.parse(text.encode())


def targets(text: str) -> list[str]:
    return [link.target for link in markdown(text).links]


def test_headings_of_every_style() -> None:
    text = "# One #\n\nTwo\n---\n\n###Three\n\n<h4 align='center'>\n  <b>Four</b>\n</h4>\n\n#335 is no heading"
    assert [(h.level, h.text, h.line) for h in markdown(text).headings] == [
        (1, "One", 1),
        (2, "Two", 3),
        (3, "Three", 6),
        (4, "Four", 8),
    ]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[a](docs/a.md)", "docs/a.md"),
        ("[a](<docs/a b.md> 'title')", "docs/a b.md"),
        ('![a](a.png "title")', "a.png"),
        ("[a](a_(b).md)", "a_(b).md"),
        ("[a][one]\n\n[One]: b.md 'title'", "b.md"),
        ("[one]\n\n[one]: <b.md>", "b.md"),
        ("<img width=3 src='x.png' alt=y>", "x.png"),
        ('<a href="/x.md">x</a>', "/x.md"),
        ("see <https://example.com/a>", "https://example.com/a"),
        ("see https://example.com/a.", "https://example.com/a"),
        ("[a](a.md?x=1&amp;y)", "a.md?x=1&y"),
        ("| [a](b.md) | x |\n|---|---|\n", "b.md"),
        ("- item\n  - [deep](b.md)", "b.md"),
        ("> quoted [a](b.md)", "b.md"),
        ("## [Heading](b.md)", "b.md"),
    ],
)
def test_links_of_every_style(text: str, target: str) -> None:
    assert target in targets(text)


@pytest.mark.parametrize(
    "text",
    [
        "`[a](b.md)`",
        "```\n[a](b.md)\n```",
        "    [a](b.md)",
        "<!-- [a](b.md) -->",
        "<!--\n[a](b.md)\n-->",
        r"\[a](b.md)",
        "[a] (b.md)",
        "[a][missing]",
    ],
)
def test_what_only_looks_like_a_link(text: str) -> None:
    assert targets(text) == []


def test_a_link_around_an_image_is_two() -> None:
    assert targets("[![CI](https://img.shields.io/x.svg)](ci.md)") == ["https://img.shields.io/x.svg", "ci.md"]
    assert markdown("[![CI](https://img.shields.io/x.svg)](ci.md)").links[0].is_badge


def test_a_link_with_spaces_is_malformed() -> None:
    link = markdown("[model](my models/best model.pkl)").links[0]
    assert (link.target, link.malformed) == ("my models/best model.pkl", True)
    assert targets("[1](see the note below, please)") == []


@pytest.mark.parametrize(
    ("target", "relative"),
    [("a.md", True), ("/a.md", True), ("#top", False), ("//x.org", False), ("mailto:a@b.c", False), ("C:/a", True)],
)
def test_which_links_stay_in_the_repository(target: str, relative: bool) -> None:
    assert Link(target, "", 1).is_relative is relative


def test_links_know_their_line() -> None:
    text = "# Title\n\nsome text\nand [a](a.md)\n\n- x\n  y [b](b.md)\n"
    assert [(link.target, link.line) for link in markdown(text).links] == [("a.md", 4), ("b.md", 7)]


def test_code_blocks_of_every_style() -> None:
    fenced = "```bash\nmake\n```\n\n    indented\n\n- item\n\n      in item\n\n~~~ {.python}\n```\n~~~\n"
    code = markdown(f"{fenced}<pre>\nx &lt; y\n</pre>\n").code
    assert [(c.language, c.line) for c in code[:4]] == [("bash", 2), ("", 5), ("", 9), ("python", 12)]
    assert [c.lines[0] for c in code[:4]] == ["make", "indented", "in item", "```"]
    assert code[4].lines[1] == "x < y"


def test_a_fence_in_a_list_loses_its_indentation() -> None:
    code = markdown("1. do\n   ```sh\n   make\n     x\n   ```\n2. next\n").code[0]
    assert (code.lines, code.line) == (("make", "  x"), 3)


def test_a_fence_in_a_quote_loses_its_marks() -> None:
    assert markdown("> note\n> ```sh\n> make\n> ```\n").code[0].lines == ("make",)


def test_text_in_a_list_is_not_code() -> None:
    assert markdown("- item\n\n    more of it\n").code == ()


def test_comments_are_left_out_but_keep_the_lines() -> None:
    document = markdown("<!-- a\nb --> text <!-- c -->\n\n# Title <!-- omit in toc -->\n")
    assert (document.blocks[0].text, document.blocks[0].line) == ("text", 2)
    assert (document.headings[0].text, document.headings[0].line) == ("Title", 4)


def test_tables() -> None:
    table = markdown("| Model | F1 |\n|:--|--:|\n| **A** | 0.9 |\n| B \\| C | `x` |\n\ntext").tables[0]
    assert (table.header, table.rows, table.line) == (("Model", "F1"), (("A", "0.9"), ("B | C", "`x`")), 1)


def test_front_matter() -> None:
    document = markdown("---\nlicense: mit\ntags:\n- a\n- b\n---\n# Title\n")
    assert document.front == {"license": "mit", "tags": "- a\n- b"}
    assert document.headings[0].line == 7


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert markdown("---\nSome text\n---\n").front == {}


def test_text_loses_its_markup() -> None:
    text = "A **bold** and _soft_ [link](a.md), `code_x` and snake_case_name<br>next &amp; last"
    assert markdown(text).blocks[0].text == "A bold and soft link, `code_x` and snake_case_name next & last"


def test_spans_know_their_line() -> None:
    assert markdown("first\nrun `make  all` now").spans == ((2, "make all"),)


def test_headings_of_a_line() -> None:
    document = markdown("# A\n## B\ntext\n## C\n### D\ntext\n")
    assert [h.text for h in document.headings_of(6)] == ["D", "C", "A"]
    assert document.heading_of(3) is not None
    assert document.section(document.headings[1]) == (2, 3)


def test_restructured_text() -> None:
    text = (
        "=====\nTitle\n=====\n\n.. image:: https://x.org/badge.svg\n   :target: ci.rst\n\nPart\n----\n\n"
        "See `the guide <docs/guide.rst>`_ and `Other`_ or ``code``.\n\n.. code-block:: bash\n\n   $ make\n\n"
        "Run::\n\n    python run.py\n\n.. comment\n   gone\n\n.. _Other: other.rst\n\n>>> 1 + 1\n2\n"
    )
    document = rst(text)
    assert [(h.level, h.text, h.line) for h in document.headings] == [(1, "Title", 2), (2, "Part", 8)]
    assert [link.target for link in document.links] == [
        "https://x.org/badge.svg",
        "ci.rst",
        "docs/guide.rst",
        "other.rst",
    ]
    assert [(c.language, c.lines[0], c.line) for c in document.code] == [
        ("bash", "$ make", 15),
        ("", "python run.py", 19),
        ("pycon", ">>> 1 + 1", 26),
    ]
    assert document.spans == ((11, "code"),)


def test_a_binary_file_is_unreadable() -> None:
    assert isinstance(parse(Markdown, "a.md", b"\0\1\2"), Unreadable)
    assert isinstance(parse(Restructured, "a.rst", b"\0\1\2"), Unreadable)


HOSTILE = [
    "a" * 100_000,
    " " * 100_000,
    "\t" * 50_000 + "x",
    "=" * 100_000,
    "http://" * 15_000,
    "# " * 50_000,
    "[" * 50_000,
    "](" * 50_000,
    "a." * 50_000 + "!",
    "\\" * 100_000,
    '"' * 100_001,
    "\r" * 100_000,
    "<!--" * 25_000,
    "![[" * 30_000,
    "<a" * 30_000,
    "[" * 25_000 + "](a)" * 10_000,
    "\n".join("`" * (i % 100) for i in range(2000)),
    "|a" * 30_000 + "\n" + "|-" * 30_000,
    "- - " * 20_000,
    "> " * 20_000,
    ".. _a: b\n" * 10_000,
    "a\n==\n" * 10_000,
    "`a <" * 20_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:8] for text in HOSTILE])
@pytest.mark.parametrize("kind", [Markdown, Restructured])
def test_reading_takes_linear_time(kind: type[Markdown | Restructured], text: str) -> None:
    start = time.process_time()
    kind.parse(text.encode())
    assert time.process_time() - start < 1.0


ALPHABET = st.sampled_from(
    [*"ab #*-_`~[]()<>!|=\\:.'\"\n\t&1", "\n\n", "    ", "```", "![", "](", "<!--", "-->", ".. ", "::"]
)
TEXT = st.lists(ALPHABET, max_size=60).map("".join)


@given(TEXT | st.text(max_size=80))
@pytest.mark.parametrize("kind", [Markdown, Restructured])
def test_any_text_is_read_and_kept(kind: type[Markdown | Restructured], text: str) -> None:
    document = parse(kind, "a", text.encode("utf-8", "surrogatepass"))
    if isinstance(document, Unreadable):
        assert "\0" in text
        return
    assert msgspec.json.decode(msgspec.json.encode(document), type=kind) == document
    last = text.count("\n") + text.count("\r") + 1
    lines = [part.line for parts in (document.links, document.blocks, document.headings) for part in parts]
    assert all(1 <= line <= last for line in lines)


@given(st.binary(max_size=200))
@pytest.mark.parametrize("kind", [Markdown, Restructured])
def test_any_bytes_raise_nothing_unexpected(kind: type[Markdown | Restructured], data: bytes) -> None:
    with suppress(*PARSE_ERRORS):
        kind.parse(data)
