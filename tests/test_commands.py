"""Commands followed to what they do: through wrappers, runners, scripts, containers and hooks."""

from __future__ import annotations

import pytest

from ml_readiness.facts.automation.commands import Commands
from ml_readiness.facts.automation.following import Place, Run
from ml_readiness.facts.automation.wrappers import unwrap
from ml_readiness.facts.knowledge.lexicon import action_roles, roles
from ml_readiness.parsers.shell import Options
from tests.auditing import facts_of

STOPS = Options(errexit=True)


def follow(text: str, files: dict[str, str] | None = None, options: Options = STOPS) -> list[Run]:
    commands = facts_of(files or {"x.py": ""}).get(Commands)
    return list(commands.text(text, 1, Place("ci.yml"), options))


def ran(text: str, files: dict[str, str] | None = None, options: Options = STOPS) -> list[Run]:
    return [run for run in follow(text, files, options) if "test" in run.roles]


@pytest.mark.parametrize(
    "text",
    [
        "pytest", "python -m pytest -x", "python3.12 -W error -m unittest discover", "$PYTHON -m pytest",
        "${PYTEST} tests", "sudo -E env A=1 poetry run pytest", "uv run --with x --python 3.12 pytest",
        "uvx --from tox tox-x || nosetests", "coverage run --source=a -m pytest", "coverage run -m unittest",
        "xvfb-run -a python -m pytest", "timeout 10m pytest", "conda run -n env python -m pytest",
        "travis_wait 30 pytest", "bash -lc 'cd x && pytest'", "sh -c pytest", "eval pytest",
        "docker run --rm -v $PWD:/x image pytest", "docker compose -f a.yml exec -T api pytest", "ssh host 'pytest'",
        "ssh host <<EOF\npytest\nEOF", "mise exec -- pytest", "nix develop -c pytest", "pipx run pytest",
        "accelerate launch -m pytest", "go test ./...", "cargo nextest run", "./gradlew :app:check", "mvn -B verify",
        "npx playwright test", "ctest", "bats tests", "R CMD check pkg", "Rscript -e 'devtools::test()'",
        "python manage.py test", "python setup.py test", "dotnet test", "python -c 'import x; x.test()'",
        "sphinx-build -b html a b && sphinx-build -M doctest a b", "ls; if true; then pytest; fi",
        "CMD='pytest -x'; $CMD", "t() { pytest; }; t", "cat > run.sh <<E\npytest\nE\nbash run.sh",
        "cd build && make test", "find . -name x; ./build/unit_tests", "pdm run pytest",
        "hatch run dev:pytest || pytest", "python -m coverage run -m pytest",
    ],
)  # fmt: skip
def test_what_runs_tests(text: str) -> None:
    assert ran(text)


@pytest.mark.parametrize(
    "text",
    [
        "pip install pytest tox", "pytest --version", "pytest --collect-only", "which pytest", "command -v pytest",
        "test -f x", "[ -d tests ]", "echo pytest", "cat tests/test_a.py", "black tests", "pytest --benchmark-only",
        "tox -e docs --notest", "tox list", "nox -l", "make -n test", "snyk code test", "rm -rf .pytest_cache",
        "codecov", "coverage report", "docker build -t test .", "mvn package -DskipTests", "npm ci",
        "uv sync --group test", "poetry install --with test", "t() { pytest; }", "# pytest",
        "great_expectations checkpoint run x", "asv run", "python -m build", "git add tests",
        "pre-commit run --all-files", "ruff check tests", "cat > x <<E\npytest\nE",
    ],
)  # fmt: skip
def test_what_does_not(text: str) -> None:
    assert not ran(text)


RUNNERS = {
    "Makefile": "check: lint test\nlint:\n\truff .\ntest:\n\t$(MAKE) -C sub unit\nall: ; echo\n",
    "sub/Makefile": "unit:\n\tpython -m pytest\n",
    "tox.ini": "[tox]\nenvlist = py,lint\n[testenv]\ncommands = pytest\n[testenv:lint]\ncommands = flake8\n",
    "noxfile.py": "import nox\n@nox.session\ndef tests(session):\n    session.run('pytest')\n"
    "@nox.session(default=False)\n"
    "def docs(session):\n    session.run('sphinx-build')\n",
    "justfile": "ci: test\ntest:\n  pytest\nlint:\n  ruff .\n",
    "package.json": '{"scripts": {"test": "vitest run", "lint": "eslint ."}}',
    "tasks.py": "from invoke import task\n@task\ndef check(c):\n    c.run('pytest')\n",
    "Taskfile.yml": "tasks: {test: {cmds: [pytest]}, lint: [ruff .]}",
    "pyproject.toml": "[tool.poe.tasks]\nt = 'pytest'\n[tool.pdm.scripts]\nt = 'pytest'\n"
    "[tool.hatch.envs.default.scripts]\nt = 'pytest'\n"
    "[tool.pixi.tasks]\nt = 'pytest'\n[tool.taskipy.tasks]\nt = 'pytest'\n[tool.coverage.run]\n"
    "command_line = '-m pytest'\n"
    "[project.scripts]\nrun-tests = 'pkg.cli:main'\n",
    "pkg/cli.py": "import pytest\npytest.main()\n",
    "mise.toml": "[tasks.t]\nrun = 'pytest'\n",
    "scripts/test.sh": "#!/bin/bash\nset -e\ncase $1 in\nunit) pytest ;;\nlint) ruff . ;;\nesac\n",
    "tests/test_a.py": "def test_a():\n    assert 1\ntest_a()\n",
    "test3.py": "model.evaluate()\n",
    "dvc.yaml": "stages: {check: {cmd: pytest}}",
    ".pre-commit-config.yaml": "repos: [{repo: local, hooks: [{id: t, entry: pytest, language: system}]}]",
    "job.yaml": "entrypoint: bash scripts/test.sh unit\n",
    "Dockerfile": "FROM a AS test\nRUN pytest\nFROM a\nRUN ls\nCMD python app.py\n",
    "compose.yml": "services:\n  api: {build: api}\n  t: {image: x, command: pytest}\n",
    "api/run.sh": "bash ./inner/t.sh\n",
    "api/inner/t.sh": "pytest\n",
    "ci/win.ps1": "if ($x) {\n  pytest tests\n}\n",
}


@pytest.mark.parametrize(
    "text",
    [
        "make check", "make", "cd sub && make unit", "make -C sub", "tox", "tox -e py312",
        "tox -e py-${{ matrix.x }}", "TOXENV=py tox", "tox run -e py -- -x", "nox", "nox -s tests",
        "nox -s tests-3.12", "nox -- -x", "python -m nox -s tests", "just", "just ci", "npm test", "npm run test",
        "yarn test", "pnpm run test", "invoke check", "inv check", "task test", "poe t", "uv run poe t", "pdm run t",
        "hatch run t", "hatch run default:t", "pixi run t", "poetry run task t", "mise run t", "mise t",
        "coverage run", "run-tests", "uv run run-tests", "bash scripts/test.sh unit", "./scripts/test.sh unit",
        "$GITHUB_WORKSPACE/scripts/test.sh", "source scripts/test.sh", "python tests/test_a.py", "dvc repro",
        "dvc exp run", "pre-commit run -a", "anyscale job submit job.yaml", "docker build --target test .",
        "docker build -f Dockerfile --target=test -t x .", "docker compose up t",
        "docker compose exec api bash /app/run.sh", "powershell -File ci/win.ps1", "pwsh ci\\\\win.ps1",
    ],
)  # fmt: skip
def test_runners_are_followed(text: str) -> None:
    assert ran(text, RUNNERS), follow(text, RUNNERS)


@pytest.mark.parametrize(
    "text",
    [
        "make lint", "tox -e lint", "nox -s docs", "just lint", "npm run lint", "npm install", "task lint",
        "scripts/test.sh lint", "docker build .", "docker build -t x .", "docker compose up api", "python test3.py",
        "shellcheck scripts/test.sh", "chmod +x scripts/test.sh", "poetry run task other", "dvc pull",
        "pre-commit install", "yamllint job.yaml", "make unknown",
    ],
)  # fmt: skip
def test_other_tasks_of_the_same_files_are_not(text: str) -> None:
    assert not ran(text, RUNNERS)


def test_a_run_says_where_it_stands_and_how_it_is_reached() -> None:
    (run,) = ran("make check", RUNNERS)
    assert str(run.location) == "sub/Makefile:2"
    assert [hop.text for hop in run.trail] == ["make check", "check", "test", "make -C sub unit", "unit"]
    assert not run.lost


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("make t", {"Makefile": "t:\n\t-pytest\n"}),
        ("make t || true", {"Makefile": "t:\n\tpytest\n"}),
        ("./t.sh", {"t.sh": "pytest > log\ncat log\n"}),
        ("tox -e a", {"tox.ini": "[testenv:a]\nignore_outcome = true\ncommands = pytest\n"}),
        ("task t", {"Taskfile.yml": "tasks: {t: {cmds: [{cmd: pytest, ignore_error: true}]}}"}),
        ("pytest | tee log", {"a": ""}),
    ],
)
def test_a_failure_that_is_lost_on_the_way_is_lost(text: str, files: dict[str, str]) -> None:
    assert [bool(run.lost) for run in ran(text, files)] == [True]


def test_what_is_not_in_the_tree_is_said_to_be_missing() -> None:
    assert [run.missing for run in follow("./ci/run-tests.sh; make absent", {"Makefile": "a:\n\tb\n"})] == [
        "./ci/run-tests.sh", "make absent"
    ]  # fmt: skip


def test_circles_end() -> None:
    files = {
        "Makefile": "a: b\n\t./x.sh\nb: a\n\t$(MAKE) a\n",
        "x.sh": "make a\n./x.sh\nf() { f; }\nf\n",
        "package.json": '{"scripts": {"test": "npm test", "pretest": "npm run test"}}',
    }
    assert not ran("make a; npm test; bash x.sh", files)


def test_many_branches_are_cut_off() -> None:
    makefile = "".join(f"t{i}:\n" + f"\t$(MAKE) t{i + 1}\n" * 30 for i in range(9))
    assert len(follow("make t0", {"Makefile": makefile})) < 6000


def test_roles_of_other_commands_and_actions() -> None:
    assert roles(("kubectl", "apply", "-f", "x")) == {"deploy"}
    assert roles(("git", "push", "https://huggingface.co/spaces/a/b", "main")) == {"deploy"}
    assert roles(("git", "push", "origin", "main")) == frozenset()
    assert roles(("docker", "push", "x")) == {"push"}
    assert roles(("mike", "deploy", "1.0")) == {"publish"}
    assert roles(("unknown-tool", "deploy", ".")) == {"deploy"}
    assert roles(()) == frozenset()
    assert action_roles("github/codeql-action/analyze@v3") == {"security"}
    assert action_roles("AkhileshNS/heroku-deploy@v3.12") == {"deploy"}
    assert action_roles("MishaKav/pytest-coverage-comment@main") == frozenset()


def test_wrappers_keep_what_they_cannot_take_off() -> None:
    assert unwrap(("poetry", "install")).words == ("poetry", "install")
    assert unwrap(("docker", "run", "image")).words == ("docker", "run", "image")
    assert unwrap(()).words == ()
    assert unwrap(("env",) * 50).words


STEPS = 'step() {\n  local name=$1\n  shift\n  if "$@"; then echo ok; else failed+=("$name"); fi\n  echo done\n}\n'


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        (STEPS + "step tests pytest\nif ((${#failed[@]})); then exit 1; fi\n", False),
        (STEPS + "step tests pytest\nif [ -n $failed ]; then exit 1; fi\n", False),
        (STEPS + "step tests pytest\necho $failed\n", True),
        ('run() { echo $*; "$@"; }\nrun pytest\n', False),
        ("run() { shift 2; $@; }\nrun a b pytest\n", False),
        ("pytest || exit\necho done\n", False),
        ("pytest || { exit; }\necho done\n", False),
        ("pytest || { echo failed; exit; }\necho done\n", True),
        ("t() { pytest || return; echo done; }\nt\n", False),
        ("pytest || exit 0\n", True),
    ],
)
def test_functions_that_run_their_arguments(text: str, lost: bool) -> None:
    (run,) = ran(text, options=Options())
    assert bool(run.lost) is lost
