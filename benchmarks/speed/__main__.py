"""The command: `python -m benchmarks.speed --help`."""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.speed import contenders, generated, table
from benchmarks.speed.table import Measured

PAGE = contenders.ROOT / "docs" / "performance.md"


def main() -> None:
    """Measures and tells."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="speed-") as folder:
        scratch = options.scratch or Path(folder)
        repositories = [(generated.repository(scratch / f"generated-{n}", n), True) for n in options.files]
        repositories += [(path.resolve(), False) for path in options.repositories]
        results = scratch / "results"
        for path, made in repositories:
            table.save(results, _measured(path, options, scratch, is_generated=made))
        text = "\n".join([_machine(options.peers), "", *table.lines(table.saved(results))])
    print(text)
    if options.write:
        table.write(PAGE, text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=contenders.__doc__)
    parser.add_argument("repositories", nargs="*", type=Path, help="git work trees to measure besides generated ones")
    parser.add_argument("--files", type=_numbers, default=[100, 1000], help="sizes of generated ones: 100,1000,10000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--peers", type=Path, help="folder of the other tools' programs; else those on the path")
    parser.add_argument("--scratch", type=Path, help="where repositories and results are kept for the next time")
    parser.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def _measured(path: Path, options: argparse.Namespace, scratch: Path, *, is_generated: bool) -> Measured:
    files = _listed(path)
    size = sum((path / name).stat().st_size for name in files if name.endswith(".py") and (path / name).is_file())
    name = f"generated {len(files):,}" if is_generated else path.name
    measured = Measured(name, len(files), size / 1e6, is_generated)
    ours = contenders.Ours(path, scratch)
    others, _ = contenders.peers(path, options.peers)
    print(f"{name}: filling caches", file=sys.stderr)
    ours.prepare()
    for number in range(options.rounds):
        for one in [contenders.nothing(path), contenders.floor(path), *ours.contenders(options.jobs), *others]:
            cost = one.run()
            print(f"{name} {number + 1}/{options.rounds} {one.name}: {cost.cpu:.2f} s", file=sys.stderr)
            measured.rounds.setdefault(one.name, []).append(cost)
    return measured


def _listed(path: Path) -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=path, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _machine(programs: Path | None) -> str:
    _, missing = contenders.peers(contenders.ROOT, programs)
    skipped = f" Skipped, since not installed: {', '.join(missing)}." if missing else ""
    return f"CPython {platform.python_version()} on {platform.system()} {platform.machine()}.{skipped}"


if __name__ == "__main__":
    main()
