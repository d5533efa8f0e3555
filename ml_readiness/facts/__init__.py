"""Typed answers about the whole repository, each gathered once, from documents and other facts."""

from ml_readiness.facts.resolver import Fact, Facts

__all__ = ["Fact", "Facts"]
