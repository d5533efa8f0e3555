"""Words and packages that tell the kind of a project."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from ml_readiness.facts import knowledge


class Orchestration(Struct, frozen=True, forbid_unknown_fields=True):
    """What defines or schedules a pipeline."""

    functions: frozenset[str]
    schedules: frozenset[str]
    bases: frozenset[str]
    files: tuple[str, ...]


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """The knowledge file."""

    ml_packages: tuple[str, ...]
    llm_packages: tuple[str, ...]
    llm_node_packages: frozenset[str]
    llm_packages_elsewhere: str
    ml_packages_elsewhere: str
    web_packages_elsewhere: str
    orchestration: Orchestration
    application: str
    front_ends: frozenset[str]
    language_purposes: str
    learning: str
    own_purposes: str
    batches: str
    feature_stores: str
    shelves: str
    titled: str
    coursework: str
    aside: str
    components: str
    workers: frozenset[str]
    teaching_words: tuple[str, ...]
    ordinal: str
    research_words: tuple[str, ...]
    research_sentences: str
    paper_links: str
    venues: str


@cache
def words() -> Words:
    """What tells the kind of a project, beyond calls."""
    return knowledge.read("kinds.yml", Words)
