"""What every continuous-integration system has: jobs of steps, triggers, and values that vary."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice, product
from typing import TYPE_CHECKING

from msgspec import Struct, field, structs

from ml_readiness import regex as re
from ml_readiness.parsers.shell import Options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.parsers.yaml import Node

MAX_VARIANTS = 24
MAX_TEXT = 100_000

EXPRESSION = re.compile(r"\$\{\{\s*(.{0,2000}?)\s*\}\}", re.DOTALL)
Values = Mapping[str, str]
"""What names stand for in one run of a job: `matrix.python`, `inputs.command`, `env.TOXENV`."""

STOPS = Options(errexit=True)
STOPS_IN_PIPES = Options(errexit=True, pipefail=True)
GOES_ON = Options()


class Step(Struct, frozen=True):
    """One step of a job: a shell text, or something that others have written."""

    line: int
    text: str = ""
    """What is run, with expressions as `${{ name }}`."""
    text_line: int = 0
    options: Options = STOPS
    dialect: str = "sh"
    """`sh`, `powershell`, `cmd`, `python`, or `words` for a command that no shell sees."""
    uses: str = ""
    """An action, orb, pipe, template or task."""
    inputs: Values = field(default_factory=dict[str, str])
    name: str = ""
    folder: str = ""
    lost: str = ""
    """Why its failure does not fail the job."""
    disabled: str = ""
    """Why it is never run."""
    variants: tuple[Values, ...] = ({},)
    """The values it runs with, one entry for each run."""
    words: tuple[str, ...] = ()

    def filled(self) -> Iterator[tuple[str, Values]]:
        """The text with values put in, and these values, for each run that differs."""
        seen: set[str] = set()
        for values in self.variants[:MAX_VARIANTS]:
            text = fill(self.text, values)
            if text not in seen:
                seen.add(text)
                yield text, values


class Job(Struct, frozen=True):
    """Steps that run together."""

    name: str
    line: int
    steps: tuple[Step, ...] = ()
    uses: str = ""
    """Another pipeline that is run in place of steps."""
    inputs: Values = field(default_factory=dict[str, str])
    lost: str = ""
    disabled: str = ""
    variants: tuple[Values, ...] = ({},)
    image: str = ""
    """The container that it runs in."""
    image_line: int = 0
    machine: str = ""
    """The labels of the machine that it asks for."""


class Pipeline(Struct, frozen=True):
    """One configuration file."""

    system: str
    path: str
    jobs: tuple[Job, ...] = ()
    triggers: tuple[str, ...] = ()
    """`push`, `pull_request`, `schedule`, `manual`, `call`, `tag` or a name of the system's own."""
    schedules: tuple[tuple[str, int], ...] = ()
    """(cron expression, line)."""
    unknown: tuple[tuple[str, int], ...] = ()
    """What it takes from elsewhere and the tree does not show, with lines."""


def fill(text: str, values: Values) -> str:
    """A text with the expressions that have a value put in; others stay."""
    if "${{" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name in values:
            return values[name]
        first = next((each.strip() for each in name.split("||") if each.strip() in values), "")
        return values[first] if first else match[0]

    filled = EXPRESSION.sub(value, text)
    if filled != text and "${{" in filled:
        filled = EXPRESSION.sub(value, filled)
    return filled[:MAX_TEXT]


def variants(choices: Mapping[str, tuple[str, ...]]) -> tuple[Values, ...]:
    """Runs such that every choice of every name is made at least once, all combinations where they are few."""
    if not choices:
        return ({},)
    names = list(choices)
    every = list(islice(product(*(choices[name] or ("",) for name in names)), MAX_VARIANTS + 1))
    if len(every) <= MAX_VARIANTS:
        return tuple(dict(zip(names, made, strict=True)) for made in every)
    longest = min(max(len(values) for values in choices.values()), MAX_VARIANTS)
    return tuple({name: values[n % len(values)] for name, values in choices.items() if values} for n in range(longest))


def with_values(runs: tuple[Values, ...], values: Values) -> tuple[Values, ...]:
    """The runs with more values, in which what the runs already know is put in."""
    if not values:
        return runs
    return tuple({**run, **{name: fill(text, run) for name, text in values.items()}} for run in runs)


def environment(node: Node | None, *keys: str) -> dict[str, str]:
    """The scalars of a mapping as `env.NAME`."""
    if node is None:
        return {}
    return {f"env.{name}": each.text for name, each in node.entries(*keys) if each.text is not None}


def scalars(node: Node | None, *keys: str) -> dict[str, str]:
    """The scalars of a mapping."""
    if node is None:
        return {}
    return {name: each.text for name, each in node.entries(*keys) if each.text is not None}


def is_true(node: Node | None) -> bool:
    """Whether a scalar says yes."""
    return node is not None and node.text is not None and node.text.strip().lower() in {"true", "yes", "on", "1"}


def is_false(text: str) -> bool:
    """Whether a condition can never hold."""
    inside = EXPRESSION.fullmatch(text.strip())
    bare = (inside[1] if inside is not None else text).strip().strip("()").strip().lower()
    return bare in {"false", "never()", "never"} or bare.startswith(("false &&", "false&&", "false and "))


def folder_of(path: str) -> str:
    """The folder that a path is in; empty for the root."""
    return path.rpartition("/")[0]


def within(steps: Iterable[Step], runs: tuple[Values, ...]) -> tuple[Step, ...]:
    """The steps as they are in a job that runs with these values."""
    return tuple(
        structs.replace(step, variants=tuple({**run, **own} for run in runs for own in step.variants)[:MAX_VARIANTS])
        for step in steps
    )
