"""How often does the data-flow analysis agree with people who looked for data leakage?

    python -m benchmarks.leakage --cases leakage.yaml --repos DIR [--only SET] [--wrong]

`--cases` holds sets of labels, each with a repository, a commit and one of these forms:

- pairs: a key named in `dirs` maps files to `{pair: [train_line, eval_line, overlap, preproc]}` or to a list of such
  pairs; a pair whose lines are null speaks of the file, and only where it is positive can it be judged;
- files: `files` lists (or maps) files with `preproc`, `overlap`, `multi` (true, false or `contested`) and, where they
  are known, `fit_line`, `split_line`, `train_line`, `test_line` or the same with `_cell` (from nought), one or a list.

`--repos` holds a git directory for each at OWNER+NAME/repo or OWNER+NAME/repo/.git. Nothing of it is executed.

Printed for each set and kind: precision, recall, how many true positives also name the labelled lines, and with
`--wrong` each case that differs. Kinds: `preproc` counts what is learned from all rows before they are divided;
`preproc, refits aside` leaves out cases where all that was found is a fit repeated on the test part, which the sets
judge differently; `preproc or refit` counts those as leaks; `overlap`: the evaluation rows are among the training
rows; `multi`: the same evaluation rows choose a model and report its score.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import yaml

from ml_readiness.documents import Documents
from ml_readiness.facts import Facts
from ml_readiness.facts.flow.judging import reused
from ml_readiness.facts.flow.project import Flow
from ml_readiness.facts.flow.verdicts import Pair
from ml_readiness.parsers.notebook import joined_code
from ml_readiness.snapshot import Memory

SUFFIXES = ("", ".py", ".ipynb")
PARTS = ("fit", "split", "train", "test")


@dataclass(frozen=True)
class Case:
    """One labelled file, or one labelled pair of calls in it."""

    file: str
    data: bytes
    labels: dict[str, bool | None]
    """By kind; None where the label says that people differ, or where it cannot be judged."""
    lines: tuple[int, int] | None = None
    """The training and the evaluation call."""
    is_pair: bool = False
    """Whether the label speaks of one pair, even where its lines are not known."""
    places: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    """Labelled lines by part; cells are counted from nought and stored negative, less one."""


@dataclass(frozen=True)
class Seen:
    """What the analysis says about a file."""

    flow: Flow
    path: str
    data: bytes

    @cached_property
    def statements(self) -> dict[int, tuple[int, int]]:
        """The first and the last line of the statement on each line."""
        found: dict[int, tuple[int, int]] = {}
        try:
            tree = ast.parse(self.data)
        except (SyntaxError, ValueError):
            return found
        for node in ast.walk(tree):
            if isinstance(node, ast.stmt):
                end = node.lineno if hasattr(node, "body") else node.end_lineno or node.lineno
                found.update(dict.fromkeys(range(node.lineno, end + 1), (node.lineno, end)))
        return found

    def pairs(self, lines: tuple[int, int] | None) -> list[Pair]:
        """The pairs of two labelled calls, or all."""
        if lines is None:
            return list(self.flow.pairs)
        (first, last), (start, end) = (self.statements.get(line, (line, line)) for line in lines)
        return [
            pair
            for pair in self.flow.pairs
            if first <= pair.training.place.line <= last and start <= pair.evaluation.place.line <= end
        ]


@dataclass
class Score:
    """How one kind of leak fares in one set."""

    right: int = 0
    missed: int = 0
    alarms: int = 0
    quiet: int = 0
    aside: int = 0
    placed: int = 0
    places: int = 0
    wrong: list[str] = field(default_factory=list[str])

    def add(self, file: str, label: bool | None, answer: bool | None, placed: bool | None) -> None:
        """Counts one case; None on either side leaves it out."""
        if label is None or answer is None:
            self.aside += 1
        elif label and answer:
            self.right += 1
            self.places += placed is not None
            self.placed += bool(placed)
            if placed is False:
                self.wrong.append(f"other lines  {file}")
        elif label:
            self.missed += 1
            self.wrong.append(f"missed       {file}")
        elif answer:
            self.alarms += 1
            self.wrong.append(f"false alarm  {file}")
        else:
            self.quiet += 1

    def __str__(self) -> str:
        precision = self.right / max(1, self.right + self.alarms)
        recall = self.right / max(1, self.right + self.missed)
        lines = f"{self.placed / self.places:.2f} of {self.places}" if self.places else "-"
        counts = f"{self.right:4} {self.alarms:4} {self.missed:4} {self.quiet:4} {self.aside:4}"
        return f"{precision:9.3f} {recall:7.3f}  {counts}   {lines}"


class Repository:
    """A git directory, read object by object."""

    def __init__(self, folder: Path) -> None:
        inner = folder / "repo"
        self.folder = inner / ".git" if (inner / ".git").exists() else inner

    def read(self, commit: str, path: str) -> tuple[str, bytes] | None:
        """A file at a commit, whichever suffix it has there."""
        for suffix in SUFFIXES:
            command = ["git", f"--git-dir={self.folder}", "cat-file", "blob", f"{commit}:{path}{suffix}"]
            done = subprocess.run(command, capture_output=True, check=False)
            if done.returncode == 0:
                return path + suffix, done.stdout
        return None


def cases(entry: dict[str, Any], repos: Path) -> list[Case]:
    """The cases of one set, with the bytes of their files."""
    owner, _, name = str(entry["repo"]).partition("/")
    repository = Repository(repos / f"{owner}+{name}")
    commit = str(entry["commit"])
    found: list[Case] = []
    folders = dict(entry.get("dirs") or {})
    for key in [*folders, "files"]:
        labelled: Any = entry.get(key) or {}
        folder = folders.get(key, entry.get("dir", ""))
        items: Any = labelled.items() if hasattr(labelled, "items") else [(each["file"], each) for each in labelled]
        for file, label in items:
            read = repository.read(commit, f"{folder}/{file}".lstrip("/"))
            if read is None:
                print(f"not in the repository: {folder}/{file}", file=sys.stderr)
                continue
            found += _labelled(Path(read[0]).name, read[1], label)
    return found


def _labelled(path: str, data: bytes, label: Any) -> list[Case]:
    if isinstance(label, list):
        return [_pair(path, data, pair) for pair in cast("list[list[Any]]", label)]
    if "pair" in label:
        return [_pair(path, data, label["pair"])]
    kinds = {kind: _truth(label[kind]) for kind in ("preproc", "overlap", "multi") if kind in label}
    places: dict[str, tuple[int, ...]] = {}
    for part in PARTS:
        for suffix, sign in (("line", 1), ("lines", 1), ("cell", -1), ("cells", -1)):
            value = label.get(f"{part}_{suffix}")
            if value is not None:
                numbers = cast("list[int]", value if isinstance(value, list) else [value])
                places[part] = tuple(number if sign == 1 else -1 - number for number in numbers)
    return [Case(path, data, kinds, places=places)]


def _pair(path: str, data: bytes, pair: list[Any]) -> Case:
    train, evaluated, overlap, preproc = pair
    kinds = {"preproc": bool(preproc), "overlap": bool(overlap)}
    if train is None or evaluated is None:
        return Case(path, data, {kind: True if label else None for kind, label in kinds.items()}, is_pair=True)
    return Case(f"{path}:{train}", data, dict(kinds), (train, evaluated), is_pair=True)


def _truth(value: Any) -> bool | None:
    return bool(value) if isinstance(value, bool | int) else None


def judge(case: Case, seen: Seen, scores: dict[str, Score]) -> None:
    """Counts one case in every kind that it is labelled for."""
    pairs = seen.pairs(case.lines)
    overlapping = case.labels.get("overlap")
    if case.lines is not None and any(bool(pair.overlap) == overlapping for pair in pairs):
        pairs = [pair for pair in pairs if bool(pair.overlap) == overlapping]
    leaking = [pair for pair in pairs if pair.leaking]
    refitting = [pair for pair in pairs if pair.refitting]
    if "preproc" in case.labels:
        label = case.labels["preproc"]
        placed = _placed(case, seen, leaking) if case.places else _among(case, seen)
        only_refit = bool(refitting) and not leaking
        scores["preproc"].add(case.file, label, bool(leaking), placed)
        scores["preproc, refits aside"].add(case.file, label, None if only_refit else bool(leaking), placed)
        scores["preproc or refit"].add(case.file, label, bool(leaking or refitting), None)
        if case.lines is not None:
            scores["preproc, any in file"].add(case.file, label, any(pair.leaking for pair in seen.flow.pairs), placed)
    if "overlap" in case.labels:
        grouped = [[pair] for pair in pairs] if case.is_pair else _by_training(pairs)
        met = _all_overlap(pairs) if case.lines is not None else any(map(_all_overlap, grouped))
        scores["overlap"].add(case.file, overlapping, met, None)
    if "multi" in case.labels:
        scores["multi"].add(case.file, case.labels["multi"], bool(reused(seen.flow.machine.events)), None)


def _all_overlap(pairs: list[Pair]) -> bool:
    return bool(pairs) and all(pair.overlap for pair in pairs)


def _by_training(pairs: list[Pair]) -> list[list[Pair]]:
    grouped: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        grouped[id(pair.training)].append(pair)
    return list(grouped.values())


def _among(case: Case, seen: Seen) -> bool | None:
    """Of a file that is reported: whether the labelled pair is among the evaluations that the report names."""
    if case.lines is None:
        return None
    return any(pair.leaking for pair in seen.pairs(case.lines))


def _placed(case: Case, seen: Seen, leaking: list[Pair]) -> bool:
    """Whether one of the findings names every labelled line (or cell)."""
    for pair in leaking:
        for fit in pair.leaks:
            rows = pair.evaluation.rows
            splits = {(above.path, above.line) for above in rows.above} if rows is not None else set[tuple[str, int]]()
            named: dict[str, set[tuple[str, int]]] = {
                "fit": {(fit.place.path, fit.place.line)},
                "split": splits,
                "train": {(pair.training.place.path, pair.training.place.line)},
                "test": {(pair.evaluation.place.path, pair.evaluation.place.line)},
            }
            if all(_meets(seen, named[part], wanted) for part, wanted in case.places.items()):
                return True
    return False


def _meets(seen: Seen, named: set[tuple[str, int]], wanted: tuple[int, ...]) -> bool:
    for path, line in named:
        if path != seen.path or not line:
            continue
        cell = _cell(seen, line)
        first, last = seen.statements.get(line, (line, line))
        if cell in wanted or any(first <= each <= last for each in wanted):
            return True
    return False


def _cell(seen: Seen, line: int) -> int | None:
    if not seen.path.endswith(".ipynb"):
        return None
    _, cells = joined_code(seen.data)
    holding = [cell.index for cell in cells if cell.line and cell.line <= line < cell.line + len(cell.source)]
    return -holding[0] if holding else None


def main() -> None:
    """Reads the sets, follows every file and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--only", help="the id of one set")
    parser.add_argument("--wrong", action="store_true", help="print every case that differs from its label")
    chosen = parser.parse_args()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    sets = yaml.load(chosen.cases.read_text("utf-8"), Loader=loader)["sets"]  # noqa: S506
    for entry in sets:
        if chosen.only in {None, entry["id"]}:
            _report(entry, chosen.repos, wrong=chosen.wrong)


def _report(entry: dict[str, Any], repos: Path, *, wrong: bool) -> None:
    scores: dict[str, Score] = defaultdict(Score)
    known: dict[str, Seen] = {}
    parsing = following = 0.0
    for case in cases(entry, repos):
        path = case.file.partition(":")[0]
        if path not in known:
            parsing += _parse_time(path, case.data)
            start = time.process_time()
            flow = Facts(Documents(Memory({path: case.data}))).get(Flow)
            len(flow.pairs)
            following += time.process_time() - start
            known[path] = Seen(flow, path, case.data)
        judge(case, known[path], scores)
    print(f"\n{entry['id']}: {len(known)} files")
    print(f"{'':24}precision  recall    tp   fp   fn   tn aside  lines")
    for kind, score in scores.items():
        print(f"{kind:24}{score}")
    ratio = (following - parsing) / max(parsing, 1e-9)
    print(f"parsing {parsing:.1f} s, following {following - parsing:.1f} s more: {ratio:.1f} times as much")
    if wrong:
        for kind, score in scores.items():
            for line in score.wrong:
                print(f"  {kind:24}{line}")


def _parse_time(path: str, data: bytes) -> float:
    start = time.process_time()
    try:
        if path.endswith(".ipynb"):
            ast.parse("\n".join(joined_code(data)[0]))
        else:
            ast.parse(data)
    except (SyntaxError, ValueError):
        pass
    return time.process_time() - start


if __name__ == "__main__":
    main()
