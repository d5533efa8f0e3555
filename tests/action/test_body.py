"""The comment says at one look what to do, fits, and holds no link, tag or mention but ours."""

from __future__ import annotations

import json
import random
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.changes import Change, Comparison, Movement
from ml_readiness.comparison import compare
from ml_readiness.publish import body
from ml_readiness.publish.body import Situation
from ml_readiness.render.gfm import code, prose
from ml_readiness.report import Finding, Kind, Location, Outcome, ProjectKind, Report, Severity
from tests.action import tools
from tests.reports import compared, report, result, sample

GOLDEN = Path(__file__).parent.parent / "golden"
SITUATION = Situation("9f0b3d1" + "0" * 33, page="https://github.com/my-org/churn/actions/runs/12")
MARKS = st.text("@#`*_[]()<>!|\\~:/.-ab1 \n&;$", max_size=40)
NASTY = (MARKS | st.text(max_size=60)) | st.sampled_from(
    [
        "x`a``#12`",
        "`b`#1\\`-a`",
        "@everyone",
        "see #12 and owner/name#3 GH-4",
        "![x](https://evil.example.com/x.png)",
        "[text](javascript:alert(1))",
        "<https://evil.example.com>",
        "https://evil.example.com www.evil.example.com mail@evil.example.com",
        "</details></sub><script>alert(1)</script>",
        "<!-- ml-readiness:comment id=default v=1 -->",
        "-->",
        "`` ` ``` @me",
        "a|b|c\\|d",
        "| a | b |\n|---|---|",
        "\n\n# heading\n\n> [!CAUTION]\n> no",
        "&#64;me &lt;b&gt;",
        "deadbeefdeadbeef",
        "\u202egnp.exe",
        "[x]: https://evil.example.com",
        "$x$ :tada: ~~s~~ **b** __u__",
        "\udcff",
    ]
)


def link(location: Location) -> str:
    """A link that cannot be mistaken for one that a repository planted."""
    return f"https://ours.example.com/{len(location.path)}"


def clear() -> Report:
    """Nothing is missing now, and one thing was."""
    before = report([result("tests-exist", Outcome.FAIL)])
    after = report([result("tests-exist")])
    return after.replace(comparison=compare(before, after))


def test_the_comment_looks_as_agreed() -> None:
    """`python -m tests.action.test_body` writes the file anew after a wanted change."""
    assert body.render(compared(), SITUATION, link) == (GOLDEN / "comment.md").read_text(encoding="utf-8")


def test_a_reviewer_sees_first_what_got_worse() -> None:
    text = body.render(compared(), SITUATION)
    assert text.splitlines()[0] == "## ML readiness: 21/100, grade F (-15)"
    assert "> [!WARNING]\n> **2 answers got worse with this change.**" in text
    assert text.index("Worse with this change") < text.index("New questions") < text.index("Better")
    assert text.index("Better with this change") < text.index("<details>")


def test_where_nothing_is_machine_learning_no_list_of_faults_follows() -> None:
    audited = report([result("tests-exist", Outcome.FAIL)], kind=ProjectKind.NOT_ML)
    said = body.render(audited, Situation())
    assert "Nothing to do" in said
    assert "tests-exist" not in said


@pytest.mark.parametrize(
    ("shown", "situation", "alert", "said"),
    [
        (sample(), Situation(), "CAUTION", "Incomplete"),
        (compared(), Situation(objections=("the score is 21, the gate is 60",)), "CAUTION", "does not pass the gate"),
        (compared(), Situation(), "WARNING", "2 answers got worse"),
        (clear(), Situation(), "TIP", "All clear"),
        (report([result("a", Outcome.FAIL)]), Situation(), "NOTE", "1 question without a good answer"),
        (report([], kind=ProjectKind.NOT_ML), Situation(), "NOTE", "Nothing to do:** no machine learning"),
    ],
)
def test_the_verdict_fits_the_situation(shown: Report, situation: Situation, alert: str, said: str) -> None:
    kind, sentence = body.verdict(shown, situation)
    assert kind == alert
    assert said in sentence


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((Outcome.FAIL, Outcome.FAIL), (Outcome.PASS, Outcome.FAIL), "Nothing got worse, and 1 answer got better"),
        ((Outcome.FAIL, Outcome.NOT_APPLICABLE), (Outcome.FAIL, Outcome.FAIL), "brings 1 new question without a good"),
        ((Outcome.FAIL, Outcome.NOT_APPLICABLE), (Outcome.FAIL, Outcome.PASS), "Nothing to do:** no answer got worse"),
        (
            (Outcome.FAIL, Outcome.PASS),
            (Outcome.FAIL, Outcome.PASS),
            "Nothing to do:** no answer got worse since `0123456`",
        ),
    ],
)
def test_a_change_that_does_no_harm_is_told_so(
    before: tuple[Outcome, Outcome], after: tuple[Outcome, Outcome], said: str
) -> None:
    old, new = (report([result("a", pair[0]), result("b", pair[1])]) for pair in (before, after))
    _, sentence = body.verdict(new.replace(comparison=compare(old, new)), Situation())
    assert said in sentence


def test_what_could_not_be_run_is_named_beside_what_does_not_pass() -> None:
    _, sentence = body.verdict(sample(), Situation(objections=("the score is 21, the gate is 60",)))
    assert "**Incomplete:** `results-reported` could not be run." in sentence
    assert "**This does not pass the gate:** the score is 21, the gate is 60." in sentence


def test_a_project_without_machine_learning_is_asked_nothing_new() -> None:
    old = report([result("a", Outcome.NOT_APPLICABLE)], kind=ProjectKind.NOT_ML)
    new = report([result("a", Outcome.FAIL)], kind=ProjectKind.NOT_ML)
    text = body.render(new.replace(comparison=compare(old, new)), SITUATION)
    assert text.startswith("## ML readiness: no score\n\n> [!NOTE]\n> **Nothing to do:**")
    assert "New questions" not in text


def test_the_best_next_steps_are_those_that_are_not_told_yet() -> None:
    assert "best next steps" not in body.render(compared(), SITUATION)
    old = report([result(name, Outcome.FAIL) for name in "abcdef"] + [result("new")])
    new = report([result(name, Outcome.FAIL) for name in ("new", *"abcdef")])
    text = body.render(new.replace(comparison=compare(old, new)), SITUATION)
    steps = text.partition("Apart from this change: the best next steps")[2].partition("<details>")[0]
    assert [line[:3] for line in steps.strip().splitlines()] == ["1. ", "2. ", "3. "]
    assert "Does new hold?" not in steps


@pytest.mark.parametrize("limit", [60_000, 8_000, 3_000, 1_500])
def test_a_comment_fits_by_leaving_out_whole_parts(limit: int) -> None:
    findings = [Finding(kind=Kind.FAIL, message="no version " * 20, path=f"{n}.txt", line=1) for n in range(20)]
    big = report([result(f"check-{n}", Outcome.FAIL, findings=findings) for n in range(60)])
    text = body.render(big, SITUATION, link, limit)
    assert len(text) <= limit
    assert "does not fit into a comment" in text
    assert text.count("<details>") == text.count("</details>")
    assert text.rstrip().endswith("</sub>")


def test_what_is_least_important_is_left_out_first() -> None:
    whole = body.render(compared(), SITUATION, link)
    text = body.render(compared(), SITUATION, link, len(whole) - 1)
    assert "Worse with this change" in text and "Fine (1)" not in text


def test_the_minimal_comment_keeps_the_verdict() -> None:
    text = body.minimal(compared(), SITUATION)
    assert "2 answers got worse" in text and "too long for a comment" in text and "runs/12" in text


def test_remarks_and_names_are_shown() -> None:
    situation = Situation(remarks=("Nothing to compare with: the base is gone",), name="services/a")
    text = body.render(report([result("a")]), situation)
    assert text.startswith("## ML readiness of `services/a`: 100/100")
    assert "Nothing to compare with: the base is gone" in text


def hostile(text: str) -> Report:
    """A report in which a repository says the same thing everywhere it can."""
    found = [
        Finding(kind=kind, message=f"saw `{text}` and {text}", path=text or "x", line=3, hint=text) for kind in Kind
    ]
    answers = [result(f"check-{o.value}", o, findings=found, question="Does it hold?") for o in Outcome]
    changes = tuple(
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
    )
    comparison = Comparison(
        revision=text or None, score=3, grade="F", score_change=1, shared_change=-1, notes=(text,), changes=changes
    )
    problems = ({"path": text, "message": text},)
    return report(answers, comparison=comparison, name=text, problems=problems, complete=True)


@given(text=NASTY)
def test_whatever_a_repository_says_no_link_tag_or_mention_comes_alive(text: str) -> None:
    situation = Situation(text or None, (text,), (text,), SITUATION.page, text or None)
    html = rendered(body.render(hostile(text), situation, link))
    links = re.findall(r'<a href="([^"]*)"', html)
    assert {url for url in links if not url.startswith("https://ours.example.com/")} <= {SITUATION.page}
    tags = {tag.lower() for tag in re.findall(r"</?([a-zA-Z][\w-]*)", html)}
    assert tags <= {
        *("h2", "h3", "p", "ul", "ol", "li", "strong", "code", "sub", "details", "summary", "blockquote", "a"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    for tag in ("details", "summary", "table", "sub"):
        assert html.count(f"<{tag}>") == html.count(f"</{tag}>")
    for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL):
        assert len(re.findall(r"<t[dh]\b", row)) in {3, 4}
    visible = re.sub(r"<[^>]*>", "", re.sub(r"<code>.*?</code>|<a .*?</a>", "", html, flags=re.DOTALL))
    assert not re.search(r"@\w|#\d|://|www\.|GH-\d|\b[0-9a-f]{7,40}\b|\$", visible)
    assert html.count("<blockquote>") == 1


PIECES = (
    *("@me", "#12", "GH-4", "a/b#3", "deadbeef", "https://e.example.com", "www.e.example.com", "m@e.example.com"),
    *("``", "`", "\\", "<b>", "![x](y)", "[x](y)", "&#64;me", " ", "-", "a", "_", "*", "~~", "|", "\n", "(", ")", "["),
)


def test_no_mixture_of_marks_comes_alive() -> None:
    """A thousand mixtures, the same ones every time, through another model of GitHub's pipeline."""
    chance = random.Random(12)  # noqa: S311
    mixtures = ["".join(chance.choices(PIECES, k=chance.randint(1, 9))) for _ in range(1000)]
    texts = [f"- {prose(text)}\n  - x: {prose(f'saw `{text}` and {text}.')}\n- {code(text)}" for text in mixtures]
    command = [tools.node(), str(Path(__file__).with_name("alive.mjs")), str(tools.module("remark-github").parent)]
    given = json.dumps([*texts, "hello @me", "see #12"])
    done = subprocess.run(command, input=given, capture_output=True, check=True, encoding="utf-8")
    *quiet, mention, reference = json.loads(done.stdout)
    assert mention and reference, "what is not escaped is alive"
    assert [text for text, links in zip(texts, quiet, strict=True) if links] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`a``#12`", "`a` `#12`"),
        ("`b`#1`c`", "`b` `#1` `c`"),
        ("x `a` b, `c`.", "x `a` b, `c`."),
        ("`a`@me", "`a` `@me`"),
    ],
)
def test_code_spans_that_touch_are_kept_apart(text: str, shown: str) -> None:
    assert prose(text) == shown


def rendered(text: str) -> str:
    """The HTML that GitHub's own parser makes of a comment."""
    extensions = [
        part for name in ("table", "strikethrough", "autolink", "tagfilter", "tasklist") for part in ("-e", name)
    ]
    command = [tools.program("cmark-gfm"), "--unsafe", *extensions]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode()


if __name__ == "__main__":
    (GOLDEN / "comment.md").write_text(body.render(compared(), SITUATION, link), encoding="utf-8")
