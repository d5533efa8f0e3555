"""A list of the libraries that the code imports, with the versions that the repository mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.drafts.draft import MARK, Draft, plain
from ml_readiness.facts.dependencies.installations import Installations
from ml_readiness.facts.dependencies.third_party import ThirdParty
from ml_readiness.facts.knowledge.distributions import distributions
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = re.compile(r"(?:[=<>~!]=|[<>])\s*[\w.+*]{1,40}")
COMPILE = "uv pip compile requirements.in --generate-hashes --output-file requirements.txt"


def draft(third_party: ThirdParty, installations: Installations, files: Files) -> Draft | None:
    """`requirements.in`: direct dependencies only, to be compiled into a full list of exact versions."""
    names = {distributions().providing(each.module)[0] for each in third_party.judged}
    wanted = sorted(name for name in names if plain(name))
    if not wanted or {"requirements.in", "requirements.txt"} & files.entries.keys():
        return None
    said = dict(_said(installations))
    heading = [
        f"# {MARK}",
        "# Every library that the code imports; this command adds what they need, in exact versions:",
        f"#     {COMPILE}",
    ]
    return Draft(
        "requirements.in",
        "\n".join([*heading, *(name + said.get(name, "") for name in wanted)]) + "\n",
        f"Say which versions you have tried, run `{COMPILE}`, and commit both files.",
    )


def _said(installations: Installations) -> Iterator[tuple[str, str]]:
    """Versions that commands of the README, of notebooks and of containers name."""
    for each in installations.all:
        for requirement in each.command.requirements:
            if VERSION.fullmatch(requirement.specifier):
                yield requirement.key, requirement.specifier
