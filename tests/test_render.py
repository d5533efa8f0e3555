"""Every format says the same, and nothing from the repository comes alive in any of them."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from ml_readiness.changes import Change, Comparison, Movement
from ml_readiness.render import FORMATS, renderer, terminal
from ml_readiness.render import json as as_json
from ml_readiness.render import markdown as as_markdown
from ml_readiness.report import Finding, Kind, Outcome, ProjectKind, Report, Severity, Step
from tests.reports import compared, report, result, sample

GOLDEN = Path(__file__).parent / "golden"
NASTY = st.text(max_size=80) | st.sampled_from(
    [
        "@everyone",
        "see #12 and owner/name#3",
        "![x](https://evil.example.com/x.png)",
        "<img src=x onerror=alert(1)>",
        "</details><script>alert(1)</script>",
        "`` ` ``` @me",
        "a|b|c",
        "[red]rich[/red] [link=file:///]",
        "\x1b[2J\x1b]8;;https://evil.example.com\x07click\x1b]8;;\x07",
        "www.evil.example.com",
        "mail@evil.example.com",
        "GH-1 $x$ :tada:",
        "1. - # > +",
        "\u202egnp.exe",
        "\udcff\ud800",
        "a\n\n## heading\n",
        "&#64;me &lt;",
        "deadbeefdeadbeef",
    ]
)


def hostile(text: str) -> Report:
    """A report in which a repository says the same thing everywhere it can."""
    step = Step(message=text, path=text, line=3, code=text)
    found = [
        Finding(kind=kind, message=f"saw `{text}` and {text}", path=text or "x", line=3, hint=text, steps=(step,))
        for kind in Kind
    ]
    answers = [
        result(f"check-{outcome.value}", outcome, findings=found, question="Does it hold?") for outcome in Outcome
    ]
    comparison = Comparison(
        revision=text or None,
        score=3,
        grade="F",
        score_change=1,
        shared_change=-1,
        notes=(text,),
        changes=tuple(
            Change(
                check="tests-exist",
                question="Does it hold?",
                category="testing",
                severity=Severity.LOW,
                movement=movement,
                before=Outcome.FAIL,
                after=Outcome.FAIL,
                new=tuple(found),
                absent=tuple(found),
            )
            for movement in Movement
        ),
    )
    return report(
        answers,
        comparison=comparison,
        name=text,
        revision=text or None,
        kind_reasons=(text,),
        problems=({"path": text, "message": text},),
        excerpts=({"path": text or "x", "start": 1, "lines": (text, text, text, text)},),
        files=(
            {"path": text or "x", "size": 30_000, "role": "train", "tested": False},
            {"path": f"{text}/x", "size": 9_000, "role": "serve", "tested": True},
        ),
        settings={"waive": text},
    )


GOLDENS = {"terminal": "txt", "markdown": "md", "json": "json", "html": "html", "sarif": "sarif", "junit": "xml"}
COMPARED = ("terminal", "markdown", "html")


@pytest.mark.parametrize("name", GOLDENS)
def test_the_sample_report_looks_as_agreed(name: str) -> None:
    """`python -m tests.test_render` writes the files anew after a wanted change."""
    assert renderer(name)(sample()) == (GOLDEN / f"report.{GOLDENS[name]}").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMPARED)
def test_a_compared_report_looks_as_agreed(name: str) -> None:
    assert renderer(name)(compared()) == (GOLDEN / f"compared.{GOLDENS[name]}").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
@given(text=NASTY)
def test_any_text_can_be_rendered_and_encoded(name: str, text: str) -> None:
    assert renderer(name)(hostile(text)).encode("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_without_answers_can_be_rendered(name: str) -> None:
    assert renderer(name)(report([], kind=ProjectKind.NOT_ML))


@given(text=NASTY)
def test_json_obeys_its_schema_and_comes_back(text: str) -> None:
    rendered = as_json.render(hostile(text))
    jsonschema.validate(json.loads(rendered), json.loads(as_json.schema()))
    assert Report.from_json(rendered).kind is ProjectKind.SERVICE


def test_the_schema_is_a_schema_with_descriptions() -> None:
    schema = json.loads(as_json.schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$defs"]["Report"]["properties"]["coverage"]["description"]


@given(text=NASTY)
def test_a_terminal_gets_no_control_characters(text: str) -> None:
    shown = terminal.render(hostile(text))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", shown)


@pytest.mark.parametrize("width", [20, 40, 80, 120, 300])
def test_a_terminal_report_keeps_to_its_width(width: int) -> None:
    out = io.StringIO()
    terminal.show(sample(), Console(file=out, width=width, color_system=None))
    assert max(len(line) for line in out.getvalue().splitlines()) <= max(width, 36)
    assert not any(line.endswith(" ") for line in out.getvalue().splitlines())


def test_a_terminal_without_unicode_gets_plain_characters() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    terminal.show(sample(), Console(file=out, width=80, color_system=None))
    out.seek(0)
    assert "####" in out.read()


def rendered_markdown(text: str) -> str:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return str(parser.render(as_markdown.render(hostile(text))))


@given(text=NASTY)
def test_markdown_holds_no_link_image_or_tag_but_ours(text: str) -> None:
    html = rendered_markdown(text)
    tags = {tag.lower() for tag in re.findall(r"</?([a-zA-Z][\w-]*)", html)}
    assert tags <= {
        *("h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "code", "sub", "details", "summary"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }


@given(text=NASTY)
def test_markdown_mentions_and_references_nobody(text: str) -> None:
    visible = re.sub(r"<code>.*?</code>", "", rendered_markdown(text), flags=re.DOTALL)
    visible = re.sub(r"<[^>]*>", "", visible)
    assert not re.search(r"@\w|#\d|://|www\.|GH-\d|\b[0-9a-f]{7,40}\b|\$", visible)


def test_markdown_links_places_where_the_caller_knows_how() -> None:
    shown = as_markdown.render(sample(), link=lambda location: f"https://example.com/{location.path}#L{location.line}")
    assert "[`requirements.txt:1`](https://example.com/requirements.txt#L1)" in shown


def test_many_files_that_cannot_be_read_are_counted() -> None:
    problems = tuple({"path": f"{number}.py", "message": "SyntaxError"} for number in range(9))
    assert "and 4 more" in terminal.render(report([], problems=problems))


def test_many_places_are_counted() -> None:
    places = [Finding(kind=Kind.FAIL, message="no", path=f"{number}.py") for number in range(9)]
    audited = report([result("tests-exist", Outcome.FAIL, findings=places)])
    assert "and 6 more places" in terminal.render(audited)
    assert "and 4 more places" in as_markdown.render(audited)


def test_a_report_renders_itself_for_programs_and_notebooks() -> None:
    assert sample().to_json() == as_json.render(sample())
    assert sample().to_markdown() == as_markdown.render(sample())


if __name__ == "__main__":
    for name, suffix in GOLDENS.items():
        (GOLDEN / f"report.{suffix}").write_text(renderer(name)(sample()), encoding="utf-8")
        if name in COMPARED:
            (GOLDEN / f"compared.{suffix}").write_text(renderer(name)(compared()), encoding="utf-8")
