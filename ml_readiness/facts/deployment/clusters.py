"""Kubernetes objects of the tree: what runs, in which images, asked for its health how."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.tree.evidence_files import vocabulary
from ml_readiness.facts.tree.files import Files, is_test
from ml_readiness.parsers.yaml import Node, YamlFile
from ml_readiness.report import Location

OBJECT = re.compile(r"^apiVersion\s*:.*$", re.MULTILINE)
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


class ClusterObject(Struct, frozen=True, eq=False, dict=True):
    """One object of a manifest or chart."""

    kind: str
    path: str
    node: Node
    template: bool

    @property
    def location(self) -> Location:
        """Where it begins."""
        kind = self.node.get("kind")
        return Location(path=self.path, line=kind.line if kind is not None else self.node.line)

    @cached_property
    def containers(self) -> tuple[Node, ...]:
        """The containers of its pods."""
        found: list[Node] = []
        for node in self.node.walk():
            for key in ("containers", "initContainers"):
                inner = node.get(key)
                if inner is not None and inner.items is not None:
                    found.extend(each for each in inner.items if each.get("image") is not None)
        return tuple(found)

    @property
    def probes(self) -> Iterator[Location]:
        """Where its containers are asked for their health."""
        for container in self.containers:
            for key in PROBES:
                probe = container.get(key)
                if probe is not None:
                    yield Location(path=self.path, line=probe.line)


class Clusters(Struct, frozen=True, dict=True):
    """Every Kubernetes object that runs something."""

    documents: Documents
    files: Files

    @classmethod
    def gather(cls, documents: Documents, files: Files) -> Self:
        """From YAML files whose text has an `apiVersion`."""
        return cls(documents, files)

    @cached_property
    def objects(self) -> tuple[ClusterObject, ...]:
        """In order of paths."""
        found: list[ClusterObject] = []
        for path in self.files.find("*.yaml", "*.yml"):
            if path.startswith(".github/") or is_test(path) or not OBJECT.search(self.files.text(path)):
                continue
            document = self.documents.find(YamlFile, path)
            for node in document.documents if document is not None else ():
                kind = node.string("kind")
                if kind in vocabulary().workloads and node.get("apiVersion") is not None:
                    found.append(ClusterObject(kind, path, node, document is not None and document.template))
        return tuple(found)
