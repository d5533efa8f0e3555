"""Images of others that the project is built on or runs beside, and how firmly each is named."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.automation.ci import ContinuousIntegration
from ml_readiness.facts.deployment.clusters import Clusters
from ml_readiness.facts.deployment.containers import Containers
from ml_readiness.parsers.templates import TEMPLATE
from ml_readiness.report import Location

VERSION = re.compile(r"(?:^|[^\d.])v?(\d+(?:\.\d+)*)(?=$|[^\d.])")
DATED = re.compile(r"(?:^|\D)20\d{2}[-.]?(?:0[1-9]|1[0-2])[-.]?(?:[0-2]\d|3[01])(?:\D|$)")
COMMIT = re.compile(r"(?:^|[-_.])(?:sha-?)?[0-9a-f]{7,40}$")


class Firmness(Enum):
    """How firmly a tag names one image."""

    FIXED = "fixed"
    MINOR = "minor"
    FLOATING = "floating"
    UNKNOWN = "unknown"


class BaseImage(Struct, frozen=True):
    """One use of an image of somebody else."""

    name: str
    """As written, with the defaults of variables."""
    location: Location

    @property
    def firmness(self) -> Firmness:
        """What its digest or tag fixes."""
        return firmness(self.name)


def firmness(name: str) -> Firmness:
    """A digest, a patch release, a date or a commit fixes; a minor release moves; anything else floats."""
    if "@sha256:" in name:
        return Firmness.FIXED
    repository, _, tag = name.rpartition("/")[2].partition(":")
    if "$" in tag or "{{" in tag or TEMPLATE in tag or (not tag and ("$" in name or TEMPLATE in name or "{{" in name)):
        return Firmness.UNKNOWN
    if DATED.search(tag) or (COMMIT.search(tag) and not tag.isdigit() and any(c.isdigit() for c in tag)):
        return Firmness.FIXED
    version = VERSION.search(tag)
    if version is None or not repository:
        return Firmness.FLOATING
    return Firmness.FIXED if version[1].count(".") >= 2 else Firmness.MINOR


class BaseImages(Struct, frozen=True, dict=True):
    """Every image of others that files of the project name."""

    containers: Containers
    clusters: Clusters
    ci: ContinuousIntegration

    @classmethod
    def gather(cls, containers: Containers, clusters: Clusters, ci: ContinuousIntegration) -> Self:
        """From Dockerfiles, compose files, manifests and pipelines."""
        return cls(containers, clusters, ci)

    @cached_property
    def all(self) -> tuple[BaseImage, ...]:
        """Each name once a file."""
        every = (*self._built_on(), *self._composed(), *self._clustered(), *self._piped())
        return tuple({(each.name, each.location.path): each for each in reversed(every)}.values())[::-1]

    def _built_on(self) -> Iterator[BaseImage]:
        for image in self.containers.images:
            for stage in image.document.external:
                yield BaseImage(stage.base, Location(path=image.path, line=stage.line))

    def _composed(self) -> Iterator[BaseImage]:
        for service in self.containers.compose.services:
            node = service.node.get("image")
            if service.image and not service.dockerfile and node is not None:
                yield BaseImage(service.image, Location(path=service.path, line=node.line))

    def _clustered(self) -> Iterator[BaseImage]:
        for each in self.clusters.objects:
            for container in each.containers:
                node = container.get("image")
                if node is not None and node.text:
                    yield BaseImage(node.text, Location(path=each.path, line=node.line))

    def _piped(self) -> Iterator[BaseImage]:
        for pipeline in self.ci.pipelines.all:
            for job in pipeline.jobs:
                if job.image and pipeline.system != "cloudbuild":
                    yield BaseImage(job.image, Location(path=pipeline.path, line=job.image_line or None))
