"""The Action's step as a shell runs it: which Python, which libraries, and nothing from the workspace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.action import checkouts, tools
from tests.action.checkouts import Checkout, outputs, run_step
from tests.action.tools import ROOT

if TYPE_CHECKING:
    from tests.action.hub import Hub

SCRIPT = ROOT / "action/run.sh"
SYSTEM = "/usr/bin:/bin"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return checkouts.opened(tmp_path_factory.mktemp("pull"))


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder for programs that are found first; what the step needs of the system is there already."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("bash", "env", "dirname", "mkdir", "rm", "touch", "git"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A temporary folder in which the libraries are installed already: those of the tests."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "ml-readiness-libraries").symlink_to(Path(pytest.__file__).parent.parent)
    return folder


def say(folder: Path, name: str, text: str) -> None:
    """A program that prints something, whatever it is asked."""
    program = folder / name
    program.unlink(missing_ok=True)
    program.write_text(f"#!/bin/bash\n{text}\n")
    program.chmod(0o755)


def really(folder: Path, name: str) -> None:
    """The Python that runs the tests, under another name."""
    say(folder, name, f'exec "{sys.executable}" "$@"')


def pretended(folder: Path, name: str) -> None:
    """A Python that is recent enough, and only says what it is asked to run."""
    say(folder, name, 'case "$*" in *version_info*) echo recent;; *) echo "ran: $*";; esac')


def complete(ready: Path) -> None:
    """The libraries in place, marked as such, without touching those of the tests."""
    link = ready / "ml-readiness-libraries"
    target = link.resolve()
    link.unlink()
    link.mkdir()
    for path in target.iterdir():
        (link / path.name).symlink_to(path)
    (link / ".complete").touch()


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_the_step_does_everything_with_libraries_that_are_pinned(
    programs: Path, hub: Hub, tmp_path: Path, installer: str
) -> None:
    checkout, hostile = trapped(tmp_path)
    if installer == "uv":
        (programs / "uv").symlink_to(tools.program("uv"))
    else:
        say(programs, "uv", "exit 1")
    home = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "home/.cache")}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    environment = checkout.environment(tmp_path / "run", hub, PATH=path) | hostile | home
    done = run_step(SCRIPT, environment)
    if "could not be installed" in done.stdout:
        pytest.skip(f"there is no package index: {done.stderr[-200:]}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert outputs(tmp_path / "run")["comment-status"] == "created"
    assert not list(checkout.workspace.rglob("__pycache__"))
    assert not (tmp_path / "sprung").exists()
    assert not (tmp_path / "home/.cache").exists(), "something was kept"
    again = run_step(SCRIPT, environment | {"PATH": SYSTEM + os.pathsep + os.environ["PATH"]})
    assert outputs(tmp_path / "run")["comment-status"] == "unchanged", again.stdout


def test_without_uv_and_without_an_index_the_step_says_what_is_missing(
    checkout: Checkout, programs: Path, tmp_path: Path
) -> None:
    really(programs, "python3")
    nowhere = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
    done = run_step(SCRIPT, checkout.environment(tmp_path / "run", PATH=str(programs)) | nowhere)
    assert done.returncode == 2
    assert (
        done.stdout == "::error title=ML readiness::the libraries of ml-readiness could not be installed, see above\n"
    )


@pytest.mark.parametrize(
    "stub",
    [
        "echo old",
        "echo Python was not found; exit 9",
        "exit 0",
        "exit 127",
        "echo recently",
    ],
    ids=["too old", "the stub of a store", "silent", "broken", "talkative"],
)
def test_a_python_is_believed_only_after_it_has_answered(
    checkout: Checkout, programs: Path, ready: Path, stub: str
) -> None:
    complete(ready)
    say(programs, "python3", stub)
    pretended(programs, "python")
    done = run_step(SCRIPT, checkout.environment(ready, PATH=str(programs)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == f"ran: -I -S -B {ROOT}/action/main.py {ready}/ml-readiness-libraries publish\n"


def test_without_a_python_the_step_names_the_remedy(checkout: Checkout, programs: Path, tmp_path: Path) -> None:
    say(programs, "python3", "echo old")
    done = run_step(SCRIPT, checkout.environment(tmp_path / "run", PATH=str(programs)))
    assert done.returncode == 2
    assert "add actions/setup-python before this step" in done.stdout


def test_a_python_from_the_runners_tools_is_found(checkout: Checkout, programs: Path, ready: Path) -> None:
    complete(ready)
    say(programs, "python3", "echo old")
    cached = ready / "tools/Python/3.13.1/x64/bin"
    cached.mkdir(parents=True)
    pretended(cached, "python3")
    done = run_step(SCRIPT, checkout.environment(ready, PATH=str(programs), RUNNER_TOOL_CACHE=str(ready / "tools")))
    assert done.stdout.startswith("ran: "), done.stdout + done.stderr


def test_a_python_can_be_named(checkout: Checkout, programs: Path, ready: Path) -> None:
    complete(ready)
    named = ready / "Program Files"
    named.mkdir()
    pretended(named, "python.exe")
    environment = checkout.environment(ready, PATH=str(programs), python=str(named / "python.exe"))
    assert run_step(SCRIPT, environment).stdout.startswith("ran: ")
    wrong = run_step(SCRIPT, environment | {"ML_READINESS_PYTHON": "no-such-python"})
    assert wrong.returncode == 2
    assert "input python: expected Python 3.11 or newer" in wrong.stdout


def trapped(folder: Path) -> tuple[Checkout, dict[str, str]]:
    """A checkout full of modules and settings that want to be used, and an environment that leads to them."""
    trap = f"open({str(folder / 'sprung')!r}, 'w').close()\n"
    nowhere = "http://127.0.0.1:9"
    modules = ("click", "pip", "sitecustomize", "usercustomize", "json", "ml_readiness/__init__", "git/__init__")
    planted = {f"{name}.py": trap for name in modules}
    planted |= {"trap.pth": f"import sys; {trap}", "setup.py": trap, "conftest.py": trap}
    planted |= {"pip.conf": "[global]\nno-index = true\n", "pip.ini": "[global]\nno-index = true\n"}
    planted |= {"uv.toml": f'index-url = "{nowhere}"\n', ".python-version": "2.7\n"}
    planted |= {"pyproject.toml": f'[project]\nname = "pip"\nversion = "99"\n[tool.uv]\nindex-url = "{nowhere}"\n'}
    planted |= {"pyvenv.cfg": "home = .\n", ".env": f"PYTHONPATH=.\nUV_INDEX_URL={nowhere}\n"}
    checkout = checkouts.opened(folder / "pull", checkouts.BEFORE, planted)
    return checkout, {"PYTHONPATH": str(checkout.workspace), "PYTHONSTARTUP": "click.py", "PYTHONINSPECT": ""}


def test_nothing_of_the_workspace_is_imported_or_obeyed(programs: Path, ready: Path, hub: Hub, tmp_path: Path) -> None:
    complete(ready)
    really(programs, "python3")
    checkout, hostile = trapped(tmp_path)
    done = run_step(SCRIPT, checkout.environment(ready, hub, PATH=str(programs), **hostile))
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "sprung").exists()
    assert "## ML readiness" in (ready / "summary.md").read_text()
    subprocess.run([sys.executable, "-c", "0"], cwd=checkout.workspace, env={**os.environ, **hostile}, check=False)
    assert (tmp_path / "sprung").exists(), "the trap does not work"


def test_the_exit_code_is_the_gates(checkout: Checkout, programs: Path, ready: Path, hub: Hub) -> None:
    complete(ready)
    really(programs, "python3")
    environment = checkout.environment(ready, hub, PATH=str(programs), fail_on_regression="true")
    assert run_step(SCRIPT, environment).returncode == 1
    assert run_step(SCRIPT, environment | {"ML_READINESS_COMMENT": "perhaps"}).returncode == 2


def test_a_run_that_is_cancelled_leaves_no_half_written_comment(
    checkout: Checkout, programs: Path, ready: Path, hub: Hub
) -> None:
    import signal
    import time

    complete(ready)
    really(programs, "python3")
    environment = checkout.environment(ready, PATH=str(programs))
    command = ["bash", "-c", f'exec "{SCRIPT}"']
    with subprocess.Popen(command, env=environment, cwd=checkout.workspace, stdout=subprocess.DEVNULL) as process:
        for _ in range(300):
            if (ready / "output").is_file() and "passed<<" in (ready / "output").read_text():
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) != 0
    assert outputs(ready)["score"] != ""
    assert hub.requests == []


def test_the_script_is_executable_in_git() -> None:
    done = subprocess.run(
        ["git", "ls-files", "--stage", "action"], cwd=ROOT, capture_output=True, check=False, encoding="utf-8"
    )
    if done.returncode:
        pytest.skip("this is no git checkout")
    modes = {line.split()[3]: line.split()[0] for line in done.stdout.splitlines()}
    assert modes["action/run.sh"] == modes["action/ml-readiness"] == "100755"
