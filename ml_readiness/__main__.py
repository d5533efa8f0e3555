"""`python -m ml_readiness`, and the command `ml-readiness`."""

from __future__ import annotations

import gc
import os
import sys

from ml_readiness import __version__


def forget_working_folder() -> None:
    """Keeps Python from importing what lies in the working folder, which `python -m` puts first on its path.

    Whoever audits the folder they are in would otherwise run its `yaml.py` instead of the library. Only modules
    that are loaded already may be used here.
    """
    first = os.path.realpath(sys.path[0])
    if first == os.path.realpath("") and not os.path.realpath(__file__).startswith(os.path.join(first, "")):  # noqa: PTH118
        del sys.path[0]


def main() -> None:
    """Runs the command line; answers `--version` before anything else is loaded."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"ml-readiness {__version__}\n")
        return
    # pydantic would look through all installed packages for plugins, of which none concerns us.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()
    from ml_readiness.cli import run  # noqa: PLC0415

    gc.freeze()  # what was imported stays, and need not be searched for cycles
    gc.enable()
    try:
        run()
    except SystemExit as end:
        _leave(end)


def _leave(end: SystemExit) -> None:
    """Ends the process at once: giving back what a large audit holds, object by object, would take a tenth of it."""
    import atexit  # noqa: PLC0415

    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        raise end from None
    os._exit(end.code if isinstance(end.code, int) else 0)


if __name__ == "__main__":
    forget_working_folder()
    main()
