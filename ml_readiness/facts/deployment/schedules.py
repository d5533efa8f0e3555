"""What runs again without a person: schedules in code and configuration, and what each of them starts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.yaml import Node, YamlFile
from ml_readiness.report import Location

if TYPE_CHECKING:
    from ml_readiness.parsers.expressions import Expr

SERVED = frozenset(["serve", "deploy", "to_deployment", "build_from_flow", "from_source"])
TIMES = frozenset(
    ["cron", "interval", "rrule", "schedule", "schedules", "schedule_interval", "timetable", "cron_schedule"]
)
NEVER = frozenset(["None", "@once", ""])
TRAINS = re.compile(
    r"(?:^|[\W_])(?:re-?)?train(?!ed|_test|ing_data|_data|_df|_set)(?:ing|er)?(?:$|[\W_])|dvc (?:repro|exp run)",
    re.IGNORECASE,
)
JOB = re.compile(r"\b(?:job|target|func|flow)\s*=\s*(\w+)")
CLUSTERS = re.compile(r"\.cluster\.|KMeans|DBSCAN")
"""Fits that prepare data where another model is what is trained."""
UPKEEP = re.compile(
    r"codeql|stale|dependabot|renovate|scorecard|\block|label|welcome|security|lint|docs?\b|build|publish|release"
    r"|(?:^|[\W_])(?:ci|tests?|testing|smoke|checks?|benchmarks?|nightly)(?:$|[\W_])",
    re.IGNORECASE,
)
ORCHESTRATORS = re.compile(r"airflow\.|dagster\.|prefect\.|kfp\.|luigi\.|flytekit\.|metaflow\.|:")
COMMANDS = frozenset(
    {"bash_command", "command", "cmds", "arguments", "application", "entry_point", "script", "code_path"}
)
"""Arguments in which steps of pipelines are given as commands."""
RUNS = re.compile(r"(?<![\w./-])[\w./-]{1,200}\.(?:py|sh|ipynb)\b|(?<=-m )[\w.]+|(?<=make )[\w-]+")
WORKFLOWS = (".github/workflows/*.yml", ".github/workflows/*.yaml")
CONFIGURED = (
    "*deployment*.y*ml", "prefect.yaml", "databricks.y*ml", "*schedule*.y*ml", "*cron*.y*ml", "**/k8s/**/*.y*ml",
    "**/kubernetes/**/*.y*ml", "**/jobs/*.y*ml", "serverless.y*ml", "template.y*ml", "render.yaml",
)  # fmt: skip
STARTED = frozenset(
    [
        "entrypoint",
        "command",
        "args",
        "python_file",
        "notebook_path",
        "flow_name",
        "name",
        "job_name",
        "startCommand",
        "handler",
    ]
)
TABLES = ("crontab", "*.crontab", "*.cron", "**/cron.d/*", "crontab.*")
CRON_LINE = re.compile(r"^(?:[\d*/,-]{1,30}[ \t]+){5}(.+)$", re.MULTILINE)
CLOUD = re.compile(
    r"aws_cloudwatch_event_rule|aws_scheduler_schedule|google_cloud_scheduler_job|azurerm_logic_app_trigger_recurrence"
    r"|AWS::Events::Rule|AWS::Scheduler::Schedule|ScheduleExpression"
)


ENDLESS = re.compile(r"while (?:True|1|not \S*|\S*(?:run|alive|active|work|monitor)\w*)(?:\(\))?$", re.IGNORECASE)
"""Loops that end with the program."""


class Schedule(Struct, frozen=True, eq=False):
    """One thing that has a time at which it runs."""

    what: str
    location: Location
    starts: frozenset[str]
    """Functions of the project that it leads to, as the call graph knows them."""
    text: str = ""
    """The commands or names it runs."""


class Schedules(Struct, frozen=True, dict=True):
    """Every schedule."""

    code: Code
    files: Files
    documents: Documents
    tools: Tools
    graph: CallGraph
    lifecycle: Lifecycle

    @classmethod
    def gather(
        cls, code: Code, files: Files, documents: Documents, tools: Tools, graph: CallGraph, lifecycle: Lifecycle
    ) -> Self:
        """From schedulers in code, workflows, deployments and tables of times."""
        return cls(code, files, documents, tools, graph, lifecycle)

    @cached_property
    def all(self) -> tuple[Schedule, ...]:
        """In code first, then in configuration."""
        return (*self._in_code(), *self._in_workflows(), *self._in_deployments(), *self._in_tables(), *self._in_cloud())

    @cached_property
    def retraining(self) -> tuple[Schedule, ...]:
        """Those that train a model."""
        sites = [site for site in self.lifecycle.training if not site.unit.is_test]
        main = [site for site in sites if not CLUSTERS.search(site.name)] or sites
        training = {key(site.unit, site.call.scope) for site in main}
        return tuple(
            schedule
            for schedule in self.all
            if schedule.starts & training
            or TRAINS.search(schedule.text)
            or any(TRAINS.search(started.rpartition(":")[2]) for started in schedule.starts)
        )

    def reached(self, unit: Unit, scope: str) -> Schedule | None:
        """The schedule that leads to code in this scope."""
        wanted = {key(unit, scope), key(unit, "")} if not scope else {key(unit, scope)}
        return next((schedule for schedule in (*self.all, *self.waiting) if schedule.starts & wanted), None)

    @cached_property
    def waiting(self) -> tuple[Schedule, ...]:
        """Loops that go on for as long as the program runs, and wait between two rounds."""
        return tuple(
            Schedule("a loop that waits and goes on", site.location, self.graph.reached_from(self._round(site)))
            for site in self.code.calls_to("time.sleep", "asyncio.sleep")
            if site.unit.is_production and _endless(site.call.guards) and self._is_started(site)
        )

    def _is_started(self, site: Site) -> bool:
        """Whether production code calls the function around a call."""
        callers = self.graph.callers.get(key(site.unit, site.call.scope), ())
        units = (self.code.by_path[name[1:].partition(":")[0]] for name in callers)
        return not site.call.scope or any(unit.is_production for unit in units)

    def _round(self, site: Site) -> frozenset[str]:
        """The function around a loop, and those of the project that a round of it calls."""
        here = self.code.calls_in(site.unit, site.call.scope)
        called = (each.name for each in here if each.name.startswith(":") and _endless(each.call.guards))
        return frozenset({key(site.unit, site.call.scope), *called})

    # Schedulers in code

    def _in_code(self) -> Iterator[Schedule]:
        called = [use for use in self.tools.wired("scheduling") if use.unit is not None and use.call is not None]
        sites = [(Site(use.unit, use.call, use.name), use.shown) for use in called if use.unit and use.call]
        for method in SERVED:
            sites += [(s, f"`{method}`") for s in self.code.by_method.get(method, ()) if TIMES & s.call.keywords.keys()]
        seen: set[tuple[str, int]] = set()
        for site, shown in sites:
            place = (site.unit.path, site.call.line)
            if site.unit.is_production and place not in seen and not _never(site.call):
                seen.add(place)
                named = _named_job(site.call)
                starts = self._started(site) or (frozenset() if named else self._whole(site.unit))
                text = "\n".join((named, *self._steps(site)))
                yield Schedule(f"{shown} sets a time", site.location, starts | self._named(text), text)

    def _steps(self, site: Site) -> Iterator[str]:
        """What the steps of a pipeline run that are written as commands, in the file that gives it a time."""
        if ORCHESTRATORS.match(site.name):
            for call in site.unit.python.calls:
                for name in COMMANDS & call.keywords.keys():
                    value = call.keywords[name]
                    yield " ".join(each.text for each in (value, *value.items) if each.kind in {"str", "format"})

    def _started(self, site: Site) -> frozenset[str]:
        """The functions that a scheduling call names, and what they lead to."""
        words = set(self._words(site.unit, (*site.call.args, *site.call.keywords.values(), *self._jobs(site)), 2))
        if site.name.startswith(":"):
            words.add(site.name.rpartition(".")[0] if "." in site.name.rpartition(":")[2] else site.name)
        names = {word.rpartition(":")[2].rpartition(".")[2].lstrip("?") for word in words}
        found = {
            key(unit, function.name)
            for unit in self.code.production
            for function in unit.python.functions
            if function.name in names
            and (unit is site.unit or function.decorators or key(unit, function.name) in words)
        }
        if site.call.role == "decorator":
            after = [f for f in site.unit.python.functions if f.line > site.call.line]
            found |= {key(site.unit, f.name) for f in sorted(after, key=lambda f: f.line)[:1]}
        found = found or self._assets(site)
        return self.graph.reached_from(found) if found else frozenset()

    def _assets(self, site: Site) -> set[str]:
        """The assets that a job without a function of its own makes."""
        made = (value for value in self._jobs(site) if value.kind == "call" and value.text.endswith("define_asset_job"))
        if next(made, None) is None:
            return set()
        return {
            key(unit, function.name)
            for unit in self.code.production
            for function in unit.python.functions
            if any(decorator.startswith("dagster.") and "asset" in decorator for decorator in function.decorators)
        }

    def _jobs(self, site: Site) -> Iterator[Expr]:
        """What the variables hold that a scheduling call is given, by their names in the source."""
        lines = range(site.call.line, site.call.end_line + 1)
        for line in lines:
            for name in JOB.findall(self.files.line(site.unit.path, line)):
                if name in site.unit.values:
                    yield site.unit.values[name]

    def _words(self, unit: Unit, values: tuple[Expr, ...], hops: int) -> Iterator[str]:
        for value in values:
            if value.kind in {"str", "name"} and value.text:
                yield self.code.canonical(unit, value.text) if value.kind == "name" else value.text
                definition = self.code.define(unit, value.text) if hops and value.kind == "name" else None
                if definition is not None and definition.name in definition.unit.values:
                    yield from self._words(definition.unit, (definition.unit.values[definition.name],), hops - 1)
                elif hops and value.text.lstrip("?:") in unit.values:
                    yield from self._words(unit, (unit.values[value.text.lstrip("?:")],), hops - 1)
            elif hops:
                yield from self._words(unit, value.items, hops - 1)

    def _whole(self, unit: Unit) -> frozenset[str]:
        """Everything that a file leads to."""
        names = {key(each, "") for each in self.code.closure(unit)}
        return self.graph.reached_from(names | {key(unit, function.name) for function in unit.python.functions})

    # Schedules in configuration

    def _in_workflows(self) -> Iterator[Schedule]:
        for path in self.files.find(*WORKFLOWS):
            found = self.documents.find(YamlFile, path)
            cron = found.root.get("on", "schedule") if found is not None else None
            if found is not None and cron is not None and not _is_upkeep(path, found.root.string("name")):
                text = "\n".join(self._commands(found.root))
                yield Schedule(
                    "the workflow runs at set times", Location(path=path, line=cron.line), self._named(text), text
                )

    def _commands(self, root: Node) -> Iterator[str]:
        for _, job in root.entries("jobs"):
            yield job.string("name")
            for step in job.list("steps"):
                yield step.string("run")

    def _in_deployments(self) -> Iterator[Schedule]:
        crons = (path for path in self.files.find("*.yaml", "*.yml") if "kind: Cron" in self.files.text(path))
        for path in dict.fromkeys((*self.files.find(*CONFIGURED), *crons)):
            found = self.documents.find(YamlFile, path)
            for root in found.documents if found is not None else ():
                time = next(iter(_times(root)), None)
                if time is not None:
                    text = "\n".join(_run_by(root))
                    yield Schedule(
                        "the deployment runs at set times", Location(path=path, line=time.line), self._named(text), text
                    )

    def _in_tables(self) -> Iterator[Schedule]:
        for path in self.files.find(*TABLES):
            for match in CRON_LINE.finditer(text := self.files.text(path)):
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                yield Schedule("the table of times names it", at, self._named(match[1]), match[1])

    def _in_cloud(self) -> Iterator[Schedule]:
        for path in self.files.find("*.tf", "template.y*ml", "*.bicep"):
            match = CLOUD.search(text := self.files.text(path))
            if match is not None:
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                yield Schedule(f"`{match[0]}` sets a time", at, frozenset(), text[match.start() : match.start() + 2000])

    def _named(self, text: str, hops: int = 2) -> frozenset[str]:
        """What commands lead to, through scripts and targets."""
        found: set[str] = set()
        for name in set(RUNS.findall(text)):
            for unit in self._units(name):
                found |= self._whole(unit)
            if hops:
                for more in self._scripts(name):
                    found |= self._named(more, hops - 1)
        if re.search(r"\bdvc (?:repro|exp run)\b", text) and hops:
            for path in self.files.find("dvc.yaml"):
                found |= self._named(self.files.text(path), hops - 1)
        return frozenset(found)

    def _units(self, name: str) -> Iterator[Unit]:
        path = name.lstrip("./") if name.endswith(".py") else name.replace(".", "/") + ".py"
        for unit in self.code.production:
            if unit.path == path or unit.path.endswith("/" + path) or path.endswith("/" + unit.path):
                yield unit

    def _scripts(self, name: str) -> Iterator[str]:
        if name.endswith(".sh"):
            yield from (self.files.text(path) for path in self.files.find(name.rpartition("/")[2]))
        elif "." not in name and "/" not in name:
            for path in self.files.find("Makefile"):
                target = re.search_once(
                    rf"^{re.escape(name)}\s*:.*\n((?:[\t ].*\n?)*)", self.files.text(path), re.MULTILINE
                )
                if target is not None:
                    yield target[1]


def _endless(guards: tuple[str, ...]) -> bool:
    """Whether the innermost loop around a call ends with the program, and the call is not for when a round failed."""
    loops = [place for place, guard in enumerate(guards) if guard.startswith(("while ", "for"))]
    inside = guards[loops[-1] + 1 :] if loops else ()
    return bool(loops) and bool(ENDLESS.match(guards[loops[-1]])) and not any(g.startswith("except") for g in inside)


def _never(call: object) -> bool:
    """Whether a time is given that never comes."""
    keywords: dict[str, Expr] = getattr(call, "keywords", {})
    given = [keywords[name] for name in TIMES if name in keywords]
    return bool(given) and all(value.is_constant and value.text in NEVER for value in given)


def _times(root: Node) -> Iterator[Node]:
    """Where a configuration gives a time that comes."""
    if root.string("kind") in {"CronJob", "CronWorkflow", "ScheduledSparkApplication"}:
        yield root
    for node in root.walk():
        for name, value in node.entries():
            if (
                name in {"cron", "quartz_cron_expression", "cron_expression", "interval"}
                and value.text
                not in {
                    None,
                    "",
                    "null",
                    "~",
                }
            ) or (
                name in {"schedule", "schedules"}
                and value.text
                and re.match(r"(?:rate|cron)\(|(?:[\d*/,-]+ ){4}", value.text)
            ):
                yield value


def _named_job(call: object) -> str:
    """What a schedule says that it starts."""
    keywords: dict[str, Expr] = getattr(call, "keywords", {})
    return " ".join(keywords[name].text for name in ("job", "job_name", "target", "func", "flow") if name in keywords)


def _run_by(root: Node) -> Iterator[str]:
    """What a deployment says that it runs."""
    for node in root.walk():
        for name, value in node.entries():
            if name in STARTED:
                yield from (part.text for part in value.walk() if part.text)


def _is_upkeep(path: str, title: str) -> bool:
    """Whether a workflow looks after the code, not after the model, by its names."""
    names = f"{path.rpartition('/')[2]} {title}"
    return bool(UPKEEP.search(names)) and not TRAINS.search(names)
