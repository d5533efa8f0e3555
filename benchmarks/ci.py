"""Does a pipeline or task file run the tests? Answers compared with labelled cases, every wrong one printed.

    python benchmarks/ci.py --cases FILE_OR_FOLDER --repos DIR

Cases are YAML files with a list `cases` of {repo, path, system, runs_tests, commit}; `runs_tests: null` is contested
and left out. Git directories are at OWNER+NAME/repo or OWNER+NAME/repo/.git below DIR. Nothing of them is executed.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from ml_readiness.documents import Documents
from ml_readiness.facts import Facts
from ml_readiness.facts.automation.ci import ContinuousIntegration
from ml_readiness.facts.automation.commands import Commands
from ml_readiness.facts.automation.following import Place
from ml_readiness.facts.automation.runners import Book, Runners
from ml_readiness.parsers.yaml import Node, compose_all
from ml_readiness.sources.revision import Revision

RUNNERS = {"make", "tox", "nox", "just", "task", "invoke", "npm", "mise", "poe", "pdm", "hatch", "pixi"}


@dataclass(frozen=True)
class Case:
    """One file and what a careful reader says about it."""

    repo: str
    commit: str
    path: str
    system: str
    runs_tests: bool | None
    blocking: bool
    note: str


@dataclass(frozen=True)
class Answer:
    """What the audit says: yes, no, or None for unknown, and why."""

    runs_tests: bool | None
    blocking: bool
    why: str


def main() -> None:
    """Prints every wrong case, then precision and recall."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--verbose", action="store_true", help="print right answers, too")
    args = parser.parse_args()
    grouped: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in read_cases(args.cases):
        grouped[case.repo, case.commit].append(case)
    results: list[tuple[Case, Answer]] = []
    absent: list[str] = []
    start = time.perf_counter()
    for (repo, commit), cases in sorted(grouped.items()):
        where = args.repos / repo.replace("/", "+") / "repo"
        where = where / ".git" if (where / ".git").is_dir() else where
        if not where.is_dir():
            absent.append(repo)
            continue
        with Revision(where, commit) as snapshot:
            facts = Facts(Documents(snapshot))
            results.extend((case, answer(facts, case)) for case in cases)
    report(results, verbose=args.verbose)
    print(f"{len(results)} files in {time.perf_counter() - start:.1f} s; absent: {', '.join(absent) or 'none'}")


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, or of every YAML file in a folder that has some."""
    files = sorted(path.rglob("*.y*ml")) if path.is_dir() else [path]
    found: list[Case] = []
    for file in files:
        for document in compose_all(file.read_text("utf-8")):
            found.extend(_case(node) for node in document.list("cases") if node.get("runs_tests") is not None)
    return found


def _case(node: Node) -> Case:
    value = node.get("runs_tests")
    return Case(
        repo=node.string("repo"),
        commit=node.string("commit") or "HEAD",
        path=node.string("path"),
        system=node.string("system"),
        runs_tests=value.value if value is not None and isinstance(value.value, bool) else None,
        blocking=node.string("blocking") != "false",
        note=node.string("trap") or node.string("note") or node.string("where") or node.string("what"),
    )


def answer(facts: Facts, case: Case) -> Answer:
    """What the audit says about one file."""
    if case.system in RUNNERS:
        return _of_tasks(facts, case)
    ci = facts.get(ContinuousIntegration)
    pipeline = ci.pipelines.read(case.path, case.system)
    if pipeline is None:
        return Answer(None, False, "cannot be read")
    runs = [run for run in ci.of(pipeline) if "test" in run.roles]
    active = [run for run in runs if not run.disabled]
    if active:
        best = next((run for run in active if not run.lost), active[0])
        trail = " > ".join(hop.text for hop in best.run.trail)
        return Answer(True, not best.lost, f"{best.location} {trail} > {best.run.shown} {best.lost}")
    if unknown := ci.unknown_of(pipeline):
        return Answer(None, False, f"{unknown[0][1]}: {unknown[0][0]}")
    return Answer(False, False, "nothing that runs tests" + (f", but {runs[0].disabled}" if runs else ""))


def _of_tasks(facts: Facts, case: Case) -> Answer:
    commands, runners = facts.get(Commands), facts.get(Runners)
    folder, _, name = case.path.rpartition("/")
    page = runners.page(case.system, case.path)
    if page is None:
        return Answer(None, False, "cannot be read")
    book = runners.book(case.system, folder)
    book = book if any(path == case.path for path, _ in book.pages) else Book(((case.path, page),))
    lost = ""
    for task in page.tasks:
        for run in commands.task(case.path, task, book, Place(case.path, folder)):
            boilerplate = any("sphinx" in word.lower() for word in run.words[:1])
            if "test" in run.roles and not boilerplate:
                if not run.lost:
                    return Answer(True, True, f"{task.name}: {run.shown}")
                lost = f"{task.name}: {run.shown} {run.lost}"
    return Answer(bool(lost), False, lost or f"no task of {name} runs tests")


def report(results: list[tuple[Case, Answer]], *, verbose: bool) -> None:
    """Prints what is wrong and the measures."""
    counts: dict[str, int] = defaultdict(int)
    for case, found in results:
        verdict = judge(case, found)
        counts[verdict] += 1
        if verdict not in {"right", "contested"} or verbose:
            print(
                f"{verdict:12} {case.repo} {case.path}: {case.runs_tests} / {found.runs_tests};"
                f" {found.why} [{case.note}]"
            )
        if verdict == "right" and case.runs_tests and case.blocking != found.blocking:
            counts["blocking wrong"] += 1
            print(f"blocking     {case.repo} {case.path}: {case.blocking} / {found.blocking}; {found.why}")
    decided = counts["right"] + counts["false yes"] + counts["false no"]
    asked = decided + counts["unknown"]
    yes = [(case, found) for case, found in results if case.runs_tests is not None]
    said = [case.runs_tests for case, found in yes if found.runs_tests]
    meant = [found.runs_tests for case, found in yes if case.runs_tests]
    print(dict(counts))
    print(f"confident answers right: {counts['right']}/{decided} = {counts['right'] / max(decided, 1):.3f}")
    print(f"answered rightly of all: {counts['right']}/{asked} = {counts['right'] / max(asked, 1):.3f}")
    precision, recall = sum(map(bool, said)) / max(len(said), 1), sum(map(bool, meant)) / max(len(meant), 1)
    print(f"'runs tests': precision {precision:.3f}, recall {recall:.3f}")


def judge(case: Case, found: Answer) -> str:
    """How an answer compares with the label."""
    if case.runs_tests is None:
        return "contested"
    if found.runs_tests is None:
        return "unknown"
    if case.runs_tests == found.runs_tests:
        return "right"
    return "false yes" if found.runs_tests else "false no"


if __name__ == "__main__":
    main()
