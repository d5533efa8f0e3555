"""`python -m ml_readiness`, and the command `ml-readiness`."""

from __future__ import annotations

import sys

from ml_readiness import __version__


def main() -> None:
    """Runs the command line; answers `--version` before anything else is loaded."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"ml-readiness {__version__}\n")
        return
    from ml_readiness.cli import run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
