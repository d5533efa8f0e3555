"""The floor: one process that lists a work tree, reads what every audit must read, parses it and throws it away.

Run as a script, so that it imports nothing else.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def notebook(data: bytes) -> None:
    """The cells' code, parsed."""
    for cell in json.loads(data).get("cells", []):
        source = cell.get("source", "")
        if cell.get("cell_type") == "code":
            with suppress(SyntaxError, ValueError):
                ast.parse("".join(source))


PARSERS: dict[str, Callable[[bytes], object]] = {
    ".py": ast.parse,
    ".ipynb": notebook,
    ".yml": lambda data: list(yaml.load_all(data, LOADER)),
    ".yaml": lambda data: list(yaml.load_all(data, LOADER)),
    ".toml": lambda data: tomllib.loads(data.decode()),
}


def main(root: Path) -> None:
    """Everything once."""
    warnings.simplefilter("ignore")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
    for name in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        path = root / name
        parse = PARSERS.get(path.suffix)
        if parse is not None and path.is_file():
            with suppress(SyntaxError, ValueError, RecursionError, MemoryError, yaml.YAMLError, AttributeError):
                parse(path.read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
