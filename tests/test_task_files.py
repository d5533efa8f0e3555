"""Files of task runners: names, needs and commands as the runners see them, whatever the text."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_readiness.documents import Unreadable, parse
from ml_readiness.parsers import python_tasks, yaml_tasks
from ml_readiness.parsers.batch import BatchScript
from ml_readiness.parsers.justfile import Justfile
from ml_readiness.parsers.makefile import Makefile
from ml_readiness.parsers.package_json import PackageJson
from ml_readiness.parsers.python import PythonFile
from ml_readiness.parsers.tasks import Task, TaskList
from ml_readiness.parsers.toml_tasks import TomlTasks
from ml_readiness.parsers.tox import ToxFile
from ml_readiness.parsers.yaml import YamlFile


def runs(task: Task) -> list[str]:
    return [" ".join(command.words) for command in task.commands if command.words]


def one(found: TaskList, name: str) -> Task:
    return next(task for task in found.tasks if task.name == name)


def make(text: str) -> TaskList:
    return Makefile.parse(text.encode()).content


# Makefiles


def test_make_targets_have_needs_and_recipes_with_variables_put_in() -> None:
    found = make(
        "PY ?= python3\nRUN := $(PY) -m\nall: lint test | dir ## x\ntest:\n\t@$(RUN) pytest \\\n\t  -x\n\tdone\n"
    )
    assert one(found, "all").needs == ("lint", "test", "dir")
    assert one(found, "all").default
    assert runs(one(found, "test")) == ["python3 -m pytest -x", "done"]
    assert [c.line for c in one(found, "test").commands] == [5, 7]


def test_make_marks_and_variables_of_its_own() -> None:
    found = make("a b:\n\t-tox -e $@\nc: x y\n\techo $< $$HOME $(UNKNOWN)\nd: ; pytest\n")
    assert runs(one(found, "b")) == ["tox -e b"]
    assert "`-`" in one(found, "b").commands[0].lost
    assert runs(one(found, "c")) == ["echo x $HOME ${UNKNOWN}"]
    assert runs(one(found, "d")) == ["pytest"]


def test_make_lines_are_shells_of_their_own() -> None:
    found = make("t:\n\tcd sub\n\tpytest\n\tcd sub && pytest; cat log\n")
    first, second = [c for c in one(found, "t").commands if c.words == ("pytest",)]
    assert (first.folder, first.lost) == ("", "")
    assert second.folder == "sub"
    assert second.lost


def test_make_patterns_macros_includes_and_conditions() -> None:
    text = (
        "define run\npytest $(1)\nendef\nifeq ($(CI),1)\ninclude ci.mk\nendif\nunit-%:\n"
        "\t$(call run,tests/$*)\nT: X = 1\n"
    )
    found = make(text)
    assert runs(one(found, "unit-*")) == ["pytest tests/*"]
    assert found.includes == ("ci.mk",)
    assert found.find("unit-fast")[0].name == "unit-*"
    assert [task.name for task in found.tasks] == ["unit-*"]


def test_make_whole_recipes_in_one_shell() -> None:
    found = make(".ONESHELL:\nSHELL := /bin/bash -e\nt:\n\tcd sub\n\tpytest\n\tcat log\n")
    assert next(c for c in one(found, "t").commands if c.words == ("pytest",)).folder == "sub"
    assert not next(c for c in one(found, "t").commands if c.words == ("pytest",)).lost


@pytest.mark.parametrize(
    "text",
    [
        "A=$(A)\nt:\n\t$(A)\n",
        "".join(f"V{i + 1}=$(V{i})$(V{i})\n" for i in range(60)) + "V0=x\nt:\n\t$(V60)\n",
        "x " * 5_000 + ":\n" + "\techo\n" * 5_000,
        "\\\n" * 100_000,
        "a: b\n" * 40_000,
        "$(" * 100_000,
        "t:\n\t" + "$(call f,a)" * 20_000,
        "define x\n" * 50_000,
    ],
)
def test_make_takes_linear_time(text: str) -> None:
    start = time.process_time()
    make(text)
    assert time.process_time() - start < 4


# Other runners


def test_just() -> None:
    text = (
        "set shell := ['bash', '-eu', '-c']\npy := 'python'\nalias t := test\n[private]\ntest *args: (build 'x') lint\n"
    )
    text += (
        "    {{py}} -m pytest {{args}}\n    -flake8\n\nscript:\n    #!/usr/bin/env bash\n"
        "    set -e\n    pytest\n    ls\n"
    )
    found = Justfile.parse(text.encode()).content
    task = one(found, "test")
    assert (task.needs, task.names, task.default) == (("build", "lint"), ("t",), True)
    assert runs(task) == ["python -m pytest ${args}", "flake8"]
    assert task.commands[1].lost
    assert not one(found, "script").commands[1].lost


def test_tox_factors_references_and_substitutions() -> None:
    text = """
[tox]
envlist = py{38,312}-{fast,slow}, lint

[base]
commands = flake8

[testenv]
changedir = {toxinidir}/sub
commands =
    fast: pytest -m fast {posargs:tests}
    slow: {env:RUNNER:} pytest -m slow
    - coverage xml

[testenv:lint]
commands = {[base]commands}
ignore_outcome = true
"""
    found = ToxFile.parse(text.encode()).content
    assert runs(one(found, "py38-fast")) == ["pytest -m fast tests", "coverage xml"]
    assert runs(one(found, "py312-slow"))[0] == "pytest -m slow"
    assert one(found, "py38-fast").commands[1].lost
    assert one(found, "py38-fast").folder == "sub"
    assert (runs(one(found, "lint")), one(found, "lint").lost) == (["flake8"], "`ignore_outcome`")
    assert runs(found.find("py39-slow")[0])[0] == "pytest -m fast tests"
    assert found.find("py39-slow")[0].name == "*"


def test_tox_in_other_files() -> None:
    legacy = '[tool.tox]\nlegacy_tox_ini = """\n[tox]\nenvlist = py\n[testenv]\ncommands = pytest\n"""\n'
    native = "[tool.tox]\nenv_list = ['3.12']\n[tool.tox.env_run_base]\ncommands = [['pytest', '-x']]\n"
    assert runs(one(ToxFile.parse(legacy.encode()).content, "py")) == ["pytest"]
    assert runs(one(ToxFile.parse(native.encode()).content, "3.12")) == ["pytest -x"]
    assert ToxFile.parse(b"[metadata]\nname = x\n").content.tasks == ()


def test_tasks_in_toml_of_every_runner() -> None:
    text = """
[tool.poe.tasks]
test = "pytest"
check.sequence = ["lint", "test"]
lint = { cmd = "ruff check", cwd = "src" }
[tool.pdm.scripts]
all = { composite = ["test", "lint"] }
[tool.hatch.envs.dev.scripts]
cov = ["pytest --cov", "coverage xml"]
[tool.pixi.tasks]
t = { cmd = ["pytest", "-x"], depends-on = ["build"] }
"""
    found = TomlTasks.parse(text.encode()).runners
    assert runs(one(found["poe"], "test")) == ["pytest"]
    assert one(found["poe"], "test").line == 3
    assert one(found["poe"], "check").needs == ("lint", "test")
    assert one(found["poe"], "lint").folder == "src"
    assert one(found["pdm"], "all").needs == ("test", "lint")
    assert runs(found["hatch"].find("dev:cov")[0]) == ["pytest --cov", "coverage xml"]
    assert (runs(one(found["pixi"], "t")), one(found["pixi"], "t").needs) == (["pytest -x"], ("build",))


def test_tasks_of_mise_keep_their_lines() -> None:
    found = TomlTasks.parse(b'[tools]\npython = "3"\n[tasks."check:all"]\nrun = "x"\ndepends = ["test"]\n').runners[
        "own"
    ]
    assert (one(found, "check:all").line, one(found, "check:all").needs) == (3, ("test",))


def test_scripts_of_packages() -> None:
    found = PackageJson.parse(
        b'{"scripts": {\n"pretest": "lint",\n"test": "jest && echo ok"},\n"devDependencies": {"jest": "1"}}'
    )
    assert one(found.content, "test").needs == ("pretest",)
    assert one(found.content, "test").line == 3
    assert found.packages == ("jest",)


def test_taskfiles_stages_and_entry_points() -> None:
    text = (
        "tasks:\n  default: [{task: test}]\n  test:\n    deps: [build]\n    dir: sub\n    cmds:\n"
        "      - pytest {{.X}}\n"
    )
    text += "      - cmd: flake8\n        ignore_error: true\n"
    found = yaml_tasks.taskfile(YamlFile.parse(text.encode()).root)
    assert one(found, "default").needs == ("test",)
    assert (one(found, "test").needs, one(found, "test").folder) == (("build",), "sub")
    assert [c.lost for c in one(found, "test").commands] == ["", "`ignore_error`"]
    stages = yaml_tasks.dvc(
        YamlFile.parse(b"stages:\n  train:\n    cmd:\n      - python a.py\n      - python b.py\n").root
    )
    assert runs(one(stages, "train")) == ["python a.py", "python b.py"]
    points = yaml_tasks.mlproject(
        YamlFile.parse(b"entry_points:\n  main:\n    command: 'python train.py {alpha}'\n").root
    )
    assert runs(one(points, "main")) == ["python train.py ${alpha}"]


def test_nox_sessions_with_helpers_notifications_and_names() -> None:
    text = """
import nox
nox.options.sessions = ["tests"]
ARGS = ["-x", "--cov"]
def _run(session):
    session.run("pytest", *ARGS, *session.posargs)
@nox.session(python=["3.11"], tags=["ci"])
def tests(session):
    session.install(".")
    _run(session)
    session.notify("coverage")
@nox.session(name="cov-report")
def coverage(session):
    session.run("coverage", "report", success_codes=[0, 1])
"""
    found = python_tasks.sessions(PythonFile.parse(text.encode()))
    task = one(found, "tests")
    assert runs(task) == ["pytest -x --cov ${session_posargs}"]
    assert (task.needs, task.default, task.labels) == (("coverage",), True, ("ci",))
    assert task.answers("tests-3.11")
    assert task.answers("tests(x='1')")
    assert one(found, "cov-report").commands[0].lost
    assert not one(found, "cov-report").default


def test_invoke_tasks() -> None:
    text = (
        "from invoke import task\n@task\ndef lint(c):\n    c.run('ruff .')\n"
        "@task(pre=[lint], name='check')\ndef all_(c):\n"
    )
    text += "    c.run('pytest', warn=True)\n"
    found = python_tasks.tasks(PythonFile.parse(text.encode()))
    assert one(found, "check").needs == ("lint",)
    assert one(found, "check").commands[0].lost


def test_commands_of_python_scripts() -> None:
    text = "import subprocess, os\nos.system('pytest')\nsubprocess.run(['tox', '-e', 'py'], check=True)\n"
    text += "job(command='python run.py --a ' + x)\n"
    found = python_tasks.run_by(PythonFile.parse(text.encode()))
    assert [c.words for c in found] == [("pytest",), ("tox", "-e", "py"), ("python", "run.py", "--a", "${_}")]
    assert [bool(c.lost) for c in found] == [True, False, False]


def test_windows_scripts() -> None:
    found = BatchScript.parse(
        b"@echo off\r\nrem pytest\r\ncall venv\\Scripts\\pytest tests\\unit\r\nif errorlevel 1 exit /b 1\r\n"
    )
    assert found.commands[1].words == ("venv/Scripts/pytest", "tests/unit")
    assert not found.commands[1].lost
    assert BatchScript.parse(b"pytest\ntype log\n").commands[0].lost


TEXT = st.text(alphabet=" \n\t:=$(){}[]@-#%|&;'\"\\ab1.,/!<>*?+~", max_size=120).map(str.encode)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), TEXT))
@pytest.mark.parametrize("kind", [Makefile, Justfile, ToxFile, TomlTasks, PackageJson, BatchScript])
def test_any_bytes_are_read_or_refused(
    kind: type[Makefile | Justfile | ToxFile | TomlTasks | PackageJson | BatchScript], data: bytes
) -> None:
    found = parse(kind, "x", data)
    if not isinstance(found, Unreadable):
        assert msgspec.json.decode(msgspec.json.encode(found), type=kind) == found


@settings(deadline=None)
@given(TEXT)
def test_any_yaml_and_python_is_read_as_tasks(data: bytes) -> None:
    found = parse(YamlFile, "x", data)
    if not isinstance(found, Unreadable):
        for read in (yaml_tasks.taskfile, yaml_tasks.dvc, yaml_tasks.mlproject):
            read(found.root)
    script = parse(PythonFile, "x", data)
    if not isinstance(script, Unreadable):
        python_tasks.sessions(script)
        python_tasks.run_by(script)
