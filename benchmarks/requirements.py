"""Does the auditor read requirements and locks as installers do?

Runs the parsers over labelled lines, files, include trees and lock files, and prints every case that comes out wrong,
then for each section how many are right, and precision and recall of the two questions that matter: is this version
fixed, and would an installer refuse this line?

    python -m benchmarks.requirements --cases FILE_OR_FOLDER [--repos DIR]

The case files are YAML: `lines` and `extra_lines` (a line and what it says), `invalid_lines`, `non_requirement_lines`,
`inline_files` (content and counts), `multi_file` (files and counts), `reference_files` (files of public repositories
with counts: requirements, fixed by `==`, editable, with hashes and, in longer rows,
addresses like `git+https` and refused lines)
and `lock_files` (packages, with a version, with hashes, by source). The last two need git directories at
`DIR/OWNER+NAME/repo` or `DIR/OWNER+NAME/repo/.git`; without them they are skipped and counted as such.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ml_readiness.documents import PARSE_ERRORS, Documents
from ml_readiness.facts.dependencies.includes import Tree, follow
from ml_readiness.parsers.conda import CondaEnvironment
from ml_readiness.parsers.lock import Lock
from ml_readiness.parsers.loose import mapping
from ml_readiness.parsers.requirement import ARBITRARY, EXACT, Requirement
from ml_readiness.parsers.requirements import Requirements
from ml_readiness.parsers.yaml import load
from ml_readiness.snapshot import Absent, Entry, EntryKind, Memory

Case = Mapping[str, Any]


@dataclass
class Score:
    """What came out, by section and by question."""

    right: Counter[str] = field(default_factory=Counter[str])
    wrong: Counter[str] = field(default_factory=Counter[str])
    skipped: Counter[str] = field(default_factory=Counter[str])
    questions: Counter[tuple[str, bool, bool]] = field(default_factory=Counter[tuple[str, bool, bool]])

    def note(self, section: str, case: object, differences: list[str]) -> None:
        """Counts a case, and prints it where it came out wrong."""
        if differences:
            self.wrong[section] += 1
            print(f"{section}: {case}: {'; '.join(differences)}")
        else:
            self.right[section] += 1

    def ask(self, question: str, expected: bool, found: bool) -> None:
        """Counts one answer for precision and recall."""
        self.questions[question, expected, found] += 1


def main(arguments: list[str] | None = None) -> int:
    """Runs every case; 1 where something came out wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--repos", type=Path)
    chosen = parser.parse_args(arguments)
    score = Score()
    files = sorted(chosen.cases.glob("*.y*ml")) if chosen.cases.is_dir() else [chosen.cases]
    for file in files:
        run(mapping(load(file.read_bytes())), chosen.repos, score)
    for section in sorted(score.right | score.wrong | score.skipped):
        total = score.right[section] + score.wrong[section]
        skipped = f", {score.skipped[section]} skipped" if score.skipped[section] else ""
        print(f"{section}: {score.right[section]} of {total} right{skipped}")
    for question in sorted({name for name, _, _ in score.questions}):
        print(f"{question}: precision {_precision(score, question)}, recall {_recall(score, question)}")
    return 1 if score.wrong else 0


def run(cases: Case, repos: Path | None, score: Score) -> None:
    """The cases of one file."""
    for case in (*cases.get("lines", ()), *cases.get("extra_lines", ())):
        score.note("lines", case["line"], list(_line(case, score)))
    for case in cases.get("invalid_lines", ()):
        refused = bool(Requirements.parse(case["line"].encode()).broken)
        score.ask("refused", True, refused)
        score.note("invalid lines", case["line"], [] if refused else ["taken for valid"])
    for line in cases.get("non_requirement_lines", ()):
        found = Requirements.parse(str(line or "").encode())
        score.ask("refused", False, bool(found.broken))
        score.note("other lines", line, ["refused"] * bool(found.broken) + ["a requirement"] * bool(found.requirements))
    for case in cases.get("inline_files", ()):
        score.note("inline files", case["id"], _counts(case, _tree({"requirements.txt": _content(case["content"])})))
    for case in cases.get("multi_file", ()):
        score.note("include trees", case["id"], _counts(case, _tree(case["files"])))
    for case in cases.get("reference_files", ()):
        _each_file(case, repos, score, "reference files", _reference)
    for case in cases.get("lock_files", ()):
        _each_file(case, repos, score, "lock files", _lock)


def _line(case: Case, score: Score) -> Iterator[str]:
    parsed = Requirements.parse(case["line"].encode())
    score.ask("refused", False, bool(parsed.broken))
    if len(parsed.requirements) != 1:
        score.ask("pinned", bool(case["pinned"]), False)
        yield f"{len(parsed.requirements)} requirements"
        return
    found = parsed.requirements[0]
    pinned = bool(case["pinned"]) if case.get("contested") else found.is_pinned
    score.ask("pinned", bool(case["pinned"]), pinned)
    normalised = str(case.get("id", "")).startswith("E")
    answers: dict[str, object] = {
        "name": (found.key if normalised else found.name) or None,
        "kind": found.kind,
        "pinned": pinned,
        "editable": found.editable,
        "url": found.is_url,
        "hashed": found.is_hashed,
        "extras": sorted(found.extras),
        "marker": bool(found.marker),
    }
    defaults: dict[str, object] = {"extras": [], "marker": False}
    for name, answer in answers.items():
        expected = case.get(name, defaults.get(name))
        expected = sorted(case.get(name, [])) if name == "extras" else expected
        if (name in case or name in defaults) and answer != expected:
            yield f"{name} {answer!r}, not {expected!r}"


def _content(written: str) -> str:
    """The content itself, or what a description of it stands for."""
    if written.startswith("<generated"):
        return "pkg" + "a" * 200_000 + "==1.0\n"
    return written


class _Special(Memory):
    """A snapshot in which some paths are links and pipes."""

    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__(files)
        special = [path for path, content in files.items() if content.startswith(("<symlink", "<named pipe"))]
        self.entries = {**self.entries, **{path: Entry(path, EntryKind.SYMLINK, None, None) for path in special}}

    def read(self, path: str) -> bytes:
        """The content of a regular file."""
        if self.entries[path].kind is not EntryKind.FILE:
            raise Absent(path)
        return super().read(path)


def _tree(files: Mapping[str, str]) -> Tree:
    """The tree below the first file; a compiled `.txt` counts instead of its `.in`."""
    first = next((path for path in files if path.endswith(".txt")), next(iter(files)))
    return follow(Documents(_Special(files)), first)


def _counts(case: Case, tree: Tree) -> list[str]:
    found = {
        "requirements": len(tree.declared),
        "pinned": sum(each.requirement.is_pinned for each in tree.declared),
    }
    return [f"{name} {found[name]}, not {case[name]}" for name in found if not _meets(found[name], case.get(name))]


def _meets(found: int, expected: Any) -> bool:
    if expected is None:
        return True
    return found in expected if isinstance(expected, list) else found == expected


def _each_file(case: Case, repos: Path | None, score: Score, section: str, judge: Any) -> None:
    git = repos and _git_directory(repos, case["repo"])
    for path, expected in mapping(case.get("files")).items():
        data = _read(git, case.get("commit") or "HEAD", path) if git else None
        if data is None:
            score.skipped[section] += 1
            continue
        try:
            differences = judge(data, expected)
        except PARSE_ERRORS as error:
            differences = [f"{type(error).__name__}: {error}"]
        score.note(section, f"{case['repo']}:{path}", differences)


def _reference(data: bytes, expected: Any) -> list[str]:
    found = Requirements.parse(data)
    if isinstance(expected, dict):
        return []
    lines = {requirement.line for requirement in found.requirements}
    counts = (
        len(found.requirements),
        sum(requirement.kind in {EXACT, ARBITRARY} for requirement in found.requirements),
        sum(requirement.editable for requirement in found.requirements),
        sum(requirement.hashes > 0 for requirement in found.requirements),
        sum(requirement.is_repository and "+" in requirement.url[:8] for requirement in found.requirements),
        sum(broken.line not in lines for broken in found.broken),
    )
    return [] if list(counts[: len(expected)]) == list(expected) else [f"{counts[: len(expected)]}, not {expected}"]


def _lock(data: bytes, expected: Case) -> list[str]:
    found = _environment(data) if expected["format"] == "environment.yml" else _locked(data)
    found["sources"] = {name: count for name, count in found["sources"].items() if count}
    wanted = {**expected, "sources": {name: count for name, count in expected["sources"].items() if count}}
    return [f"{name} {found[name]}, not {wanted[name]}" for name in wanted if found[name] != wanted[name]]


def _locked(data: bytes) -> dict[str, Any]:
    lock = Lock.parse(data)
    sources = Counter(package.source for package in lock.packages if package.source)
    return {
        "format": lock.form,
        "packages": len(lock.packages),
        "versioned": sum(bool(package.version) for package in lock.packages),
        "hashed": sum(package.hashed for package in lock.packages),
        "sources": dict(sources),
    }


def _environment(data: bytes) -> dict[str, Any]:
    found = CondaEnvironment.parse(data)
    every: tuple[Requirement, ...] = (*found.dependencies, *found.pip)
    fuzzy = sum(each.kind == "wildcard" and each.specifier.startswith("=") for each in found.dependencies)
    return {
        "format": "environment.yml",
        "packages": len(every),
        "versioned": sum(each.is_pinned for each in every),
        "hashed": 0,
        "sources": {"conda": len(found.dependencies), "pip": len(found.pip), "fuzzy_single_equals": fuzzy},
    }


def _git_directory(repos: Path, name: str) -> Path | None:
    folder = repos / name.replace("/", "+") / "repo"
    return next((place for place in (folder / ".git", folder) if (place / "HEAD").exists()), None)


def _read(git: Path, commit: str, path: str) -> bytes | None:
    command = ["git", f"--git-dir={git}", "cat-file", "blob", f"{commit}:{path}"]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _precision(score: Score, question: str) -> str:
    return _share(score.questions[question, True, True], score.questions[question, False, True])


def _recall(score: Score, question: str) -> str:
    return _share(score.questions[question, True, True], score.questions[question, True, False])


def _share(good: int, bad: int) -> str:
    return f"{good / (good + bad):.3f}" if good + bad else "-"


if __name__ == "__main__":
    sys.exit(main())
