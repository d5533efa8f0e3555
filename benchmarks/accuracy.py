"""How often does an audit answer as careful readers of the same repository did?

    python -m benchmarks.accuracy --cases FILE_OR_FOLDER --repos DIR [--only OWNER/NAME ...] [--record NAME] [--page]

Cases are YAML files of {repo, commit, kind, answers}, with {answer, why, sure} for each check; `answer` is pass,
partial, fail or na. Git directories are at OWNER+NAME/repo or OWNER+NAME/repo/.git below DIR. Nothing of them is
executed. Every wrong answer is printed, then precision and recall of failures for each check, then the sums.

`--record` keeps the sums of this run under a name in benchmarks/accuracy.yaml, with the table of the checks where
`--table` is given too. `--page` writes docs/accuracy.md from what is kept there, and measures nothing.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from ml_readiness import Outcome, Report, Settings, audit

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "benchmarks/accuracy.yaml"
PAGE = ROOT / "docs/accuracy.md"
WORDS = {Outcome.NOT_APPLICABLE: "na", Outcome.BLOCKED: "fail"}


@dataclass(frozen=True)
class Case:
    """One repository as a careful reader answered it."""

    repo: str
    commit: str
    kind: str
    answers: dict[str, dict[str, object]]


class Row(msgspec.Struct, frozen=True):
    """One question: the share of equal answers, and precision and recall of failures, as they are shown."""

    check: str
    agree: str
    precision: str
    recall: str


class Figures(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sums of one set."""

    repositories: int
    answers: int
    agree: float
    sure: int
    agree_sure: float
    false_alarms: int
    false_comfort: int
    kinds_right: int
    checks: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Answered:
    """One question, with both answers."""

    check: str
    repo: str
    label: str
    answer: str
    sure: bool
    why: str

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.label == self.answer


def main() -> None:
    """Measures, or writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--repos", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--record", default="")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--page", action="store_true")
    args = parser.parse_args()
    if args.cases is not None and args.repos is not None:
        cases = [case for case in read_cases(args.cases) if not args.only or case.repo in args.only]
        measure(cases, args.repos, name=args.record, table=args.table)
    if args.page:
        PAGE.write_text(page(kept()), "utf-8")


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, or of every YAML file in a folder."""
    files = sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
    loaded = [yaml.safe_load(file.read_text("utf-8")) for file in files]
    return [Case(each["repo"], str(each["commit"]), each["kind"], each["answers"]) for each in loaded]


def measure(cases: list[Case], repos: Path, *, name: str, table: bool) -> None:
    """Audits every repository, prints what is wrong and the figures, and keeps them where a name is given."""
    answered: list[Answered] = []
    kinds: list[tuple[str, str, str]] = []
    absent: list[str] = []
    start = time.perf_counter()
    for case in cases:
        where = repos / case.repo.replace("/", "+") / "repo"
        where = where / ".git" if (where / ".git").is_dir() else where
        if not where.is_dir():
            absent.append(case.repo)
            continue
        report = audit(where, rev=case.commit, settings=Settings())
        answered += compare(case, report)
        kinds.append((case.repo, case.kind, report.kind or ""))
    for each in answered:
        if not each.agrees:
            doubt = "" if each.sure else " (unsure)"
            print(f"{each.check}: {each.repo}: label {each.label}{doubt}, answer {each.answer} -- {each.why}")
    for repo, label, answer in kinds:
        if label != answer:
            print(f"kind: {repo}: label {label}, answer {answer}")
    rows = by_check(answered)
    for row in rows:
        print(f"{row.check:28} agree {row.agree} fail: precision {row.precision:>4}, recall {row.recall:>4}")
    figures = summed(answered, kinds, rows if table else ())
    print(msgspec.structs.replace(figures, checks=()))
    print(f"{time.perf_counter() - start:.0f} s; absent: {', '.join(absent) or 'none'}")
    if name:
        keep(name, figures)


def compare(case: Case, report: Report) -> list[Answered]:
    """Every labelled answer beside the report's; a check that the report does not have gives no answer."""
    given = {result.check: WORDS.get(result.outcome, result.outcome.value) for result in report.results}
    return [
        Answered(
            check,
            case.repo,
            str(entry["answer"]),
            given.get(check, "none"),
            bool(entry.get("sure", True)),
            str(entry.get("why", "")),
        )
        for check, entry in case.answers.items()
    ]


def by_check(answered: list[Answered]) -> tuple[Row, ...]:
    """The figures of each check, the worst first."""
    groups: dict[str, list[Answered]] = defaultdict(list)
    for each in answered:
        groups[each.check].append(each)
    rows = [_row(check, group) for check, group in groups.items()]
    return tuple(sorted(rows, key=lambda row: (float(row.agree), row.check)))


def _row(check: str, group: list[Answered]) -> Row:
    both = sum(each.label == each.answer == "fail" for each in group)
    said = sum(each.answer == "fail" for each in group)
    true = sum(each.label == "fail" for each in group)
    agree = sum(each.agrees for each in group) / len(group)
    return Row(check, f"{agree:.3f}", share(both, said), share(both, true))


def share(part: int, whole: int) -> str:
    """A share with two digits; a dash where there is nothing to share."""
    return f"{part / whole:.2f}" if whole else "-"


def summed(answered: list[Answered], kinds: list[tuple[str, str, str]], rows: tuple[Row, ...]) -> Figures:
    """The figures of one set."""
    sure = [each for each in answered if each.sure]
    return Figures(
        repositories=len(kinds),
        answers=len(answered),
        agree=round(sum(each.agrees for each in answered) / max(1, len(answered)), 3),
        sure=len(sure),
        agree_sure=round(sum(each.agrees for each in sure) / max(1, len(sure)), 3),
        false_alarms=sum(each.label == "pass" and each.answer == "fail" for each in answered),
        false_comfort=sum(each.label == "fail" and each.answer == "pass" for each in answered),
        kinds_right=sum(label == answer for _, label, answer in kinds),
        checks=rows,
    )


def kept() -> dict[str, Figures]:
    """The figures that were recorded, by name."""
    loaded: object = yaml.safe_load(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    return msgspec.convert(loaded, dict[str, Figures])


def keep(name: str, figures: Figures) -> None:
    """Writes the figures under their name, beside those that are there."""
    known = msgspec.to_builtins({**kept(), name: figures})
    KEPT.write_text(yaml.safe_dump(known, sort_keys=False, width=120), "utf-8")


HEADINGS = ("set", "repositories", "agree", "where sure", "false alarms", "false comfort", "kind right")
MEASURING = """
## Measure it yourself

```sh
python -m benchmarks.accuracy --cases FOLDER --repos DIR
```

The module says what a case looks like. Every differing answer is printed with the reader's reason.
"""
INTRODUCTION = """# How often it is right

*This page is written by `python -m benchmarks.accuracy --page` from measured figures; do not edit it.*

Careful readers answered 35 questions about public repositories, each from the files of one commit alone,
with the place in the files as the reason, and with a mark where two careful readers could differ.
The audit ran on the same commits. A question counts as agreed only where both gave the same of four answers:
pass, partial, fail, or does not apply.

- A **false alarm** is a failure where the reader said pass. A **false comfort** is a pass where the reader said fail.
- Two readers who did not know of each other gave the same answer to 97 % of the questions about 27 repositories, and to
  all that both were sure of: that is the ceiling.
- The **open set** was known while the rules were written, so its figures show how well the rules say what was meant.
- In the **blind rounds** the repositories were answered before the audit had ever seen them, and measured once, before
  anything was mended because of them. They are the honest figures for a repository that nobody tuned for.
  Afterwards every difference was read in the source; where the audit was wrong the rule was mended, so a round is
  blind only once.
"""


def page(known: dict[str, Figures]) -> str:
    """The page of the documentation."""
    lines = [INTRODUCTION, "## Figures", ""]
    lines += [f"| {' | '.join(HEADINGS)} |", f"|{'---|' * len(HEADINGS)}"]
    lines += [_shown(name, figures) for name, figures in known.items()]
    for name, figures in known.items():
        if figures.checks:
            lines += ["", f"## Each question, on the {name}", "", "Precision and recall are those of failures.", ""]
            lines += ["| question | agree | precision | recall |", "|---|---|---|---|"]
            lines += [f"| {row.check} | {row.agree} | {row.precision} | {row.recall} |" for row in figures.checks]
    return "\n".join([*lines, MEASURING])


def _shown(name: str, figures: Figures) -> str:
    alarms = f"{figures.false_alarms} ({figures.false_alarms / figures.answers:.1%})"
    comfort = f"{figures.false_comfort} ({figures.false_comfort / figures.answers:.1%})"
    kind = f"{figures.kinds_right} of {figures.repositories}"
    agree = f"{figures.agree:.3f} | {figures.agree_sure:.3f}"
    return f"| {name} | {figures.repositories} | {agree} | {alarms} | {comfort} | {kind} |"


if __name__ == "__main__":
    main()
