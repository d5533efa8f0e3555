"""What puts the project into an environment: manifests, platforms, infrastructure, schedulers and deploying jobs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.automation.ci import ContinuousIntegration
from ml_readiness.facts.automation.wrappers import unwrap
from ml_readiness.facts.deployment.clusters import Clusters
from ml_readiness.facts.deployment.compose import Service
from ml_readiness.facts.deployment.containers import Containers
from ml_readiness.facts.deployment.schedules import Schedules
from ml_readiness.facts.knowledge.lexicon import roles
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.evidence_files import found, vocabulary
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers.makefile import Makefile
from ml_readiness.parsers.pipelines.model import Job
from ml_readiness.parsers.shell import ShellScript
from ml_readiness.report import Location

REMOTE = re.compile(r"^(?:ssh|gcloud compute ssh|aws ssm)\b|appleboy/ssh-action|garygrossgarten/github-action-ssh")

LEFT_RUNNING = re.compile(
    r"docker\s+run\b(?:[^\n\\]|\\\n)*?\s(?:-[a-z]*d[a-z]*|--detach)\s|docker(?:-compose|\s+compose)\s(?:[^\n]*\s)?up\b"
    r"|docker\s+stack\s+deploy|(?:systemctl|supervisorctl|pm2)\s+(?:re)?(?:start|load)|nohup\s"
)
"""Commands after which something goes on running when the job is over."""

PLATFORM = re.compile(r"huggingface\.co/spaces/[\w${(-]|\bgit\.heroku\.com|dokku@|\bscalingo\.com:")
"""Addresses at which whatever is pushed is built and started."""
PUSHES = re.compile(r"^[^#\n]{0,200}\bgit\b[^#\n]{0,200}\bpush\b", re.MULTILINE | re.IGNORECASE)


class Evidence(Struct, frozen=True):
    """One thing that puts the project somewhere."""

    what: str
    location: Location


class Deployment(Struct, frozen=True, dict=True):
    """Everything that puts the project into an environment."""

    files: Files
    code: Code
    containers: Containers
    clusters: Clusters
    ci: ContinuousIntegration
    schedules: Schedules

    @classmethod
    def gather(
        cls,
        files: Files,
        code: Code,
        containers: Containers,
        clusters: Clusters,
        ci: ContinuousIntegration,
        schedules: Schedules,
    ) -> Self:
        """From files, code and pipelines."""
        return cls(files, code, containers, clusters, ci, schedules)

    @cached_property
    def all(self) -> tuple[Evidence, ...]:
        """Everything that was found, the plainest first; tests and examples left out."""
        every = (
            *self._objects(),
            *self._services(),
            *self._files(),
            *self._jobs(),
            *self._scripts(),
            *self._calls(),
            *self._scheduled(),
        )
        return tuple(each for each in every if not self._is_aside(each.location.path))

    def _is_aside(self, path: str) -> bool:
        return is_test(path) or self.files.is_example(path)

    def _objects(self) -> Iterator[Evidence]:
        for each in self.clusters.objects:
            yield Evidence(f"a Kubernetes {each.kind}", each.location)

    def _services(self) -> Iterator[Evidence]:
        for service in self.containers.compose.services:
            if self.is_own(service):
                yield Evidence(f"the compose service `{service.name}`", service.location)

    def is_own(self, service: Service) -> bool:
        """Whether a compose service runs something of the project: its image is built here, or its command is."""
        image = next((i for i in self.containers.images if i.path == service.dockerfile), None)
        if service.commands and not service.only_options:
            own = any(self.containers.is_own(command) for command in service.commands)
            return own and (bool(service.dockerfile) or bool(service.volumes))
        if image is None:
            return bool(service.dockerfile) and not self.files.find(service.dockerfile)
        return self.containers.starts_project(image)

    def _files(self) -> Iterator[Evidence]:
        for what, location in found(self.files, vocabulary().files):
            yield Evidence(what, location)

    def _jobs(self) -> Iterator[Evidence]:
        for run in self.ci.runs:
            remote = any(REMOTE.search(hop.text) for hop in run.run.trail)
            if ("deploy" in run.roles or remote) and not run.disabled:
                yield Evidence(f"a job that deploys with `{run.run.shown}`", run.location)
        for pipeline in self.ci.pipelines.all:
            for job in pipeline.jobs:
                if "self-hosted" in job.machine and not job.disabled:
                    yield from self._left_running(pipeline.path, job)

    def _left_running(self, path: str, job: Job) -> Iterator[Evidence]:
        """Containers and services that a job leaves running on a machine of the project's own."""
        for step in job.steps:
            found = LEFT_RUNNING.search(step.text)
            if found is not None and not step.disabled:
                shown = " ".join(found[0].split()[:2])
                yield Evidence(
                    f"a job on a machine of its own that leaves `{shown}` running", Location(path=path, line=step.line)
                )

    def _scripts(self) -> Iterator[Evidence]:
        """Targets and scripts that deploy when somebody runs them."""
        documents = self.files.documents
        for path, makefile in documents.all(Makefile):
            for task in makefile.content.tasks if not self.files.is_vendored(path) else ():
                for command in task.commands:
                    if "deploy" in roles(unwrap(command.words).words):
                        yield Evidence(f"the target `{task.name}` deploys", Location(path=path, line=command.line))
        for path, script in documents.all(ShellScript):
            for command in script.commands if not self.files.is_vendored(path) else ():
                if "deploy" in roles(unwrap(command.words).words):
                    shown = " ".join(command.words[:3])
                    yield Evidence(f"a script that deploys with `{shown}`", Location(path=path, line=command.line))

        for path in self.files.find("*.sh", "*.ps1", "*.bat", "*.cmd", "Makefile"):
            text = self.files.text(path)
            pushed = PUSHES.search(text) if PLATFORM.search(text) is not None else None
            if pushed is not None and not self.files.is_vendored(path):
                line = text.count("\n", 0, pushed.start()) + 1
                yield Evidence("a script that pushes to a platform which starts it", Location(path=path, line=line))

    def _calls(self) -> Iterator[Evidence]:
        for site in self.code.calls_to(*vocabulary().calls):
            if site.unit.is_production:
                yield Evidence(f"`{site.name.rpartition(':')[2]}` in code", site.location)

    def _scheduled(self) -> Iterator[Evidence]:
        for schedule in self.schedules.all:
            if not schedule.location.path.startswith(".github/"):
                yield Evidence(schedule.what, schedule.location)
