"""Pages of the documentation that are made when it is built: one a check, the command line, and files of the root.

mkdocs calls `on_config`, `on_files` and `on_page_markdown`; `mkdocs.yml` names this file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
from mkdocs.structure.files import File

from ml_readiness import library
from ml_readiness.cli import cli
from ml_readiness.render import explanation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

    from ml_readiness.check import Check

ROOT = Path(__file__).resolve().parent.parent
TAKEN = {
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "checks/README.md": "writing-checks.md",
}
"""Files outside `docs/`, and the pages that they become."""
SOURCES = re.compile(r"^## Sources$.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Puts the pages of the checks into the navigation, under their categories."""
    entries = [
        {category.capitalize(): [f"checks/{check.id}.md" for check in checks]} for category, checks in _categories()
    ]
    for section in config.nav or []:
        if "What it asks" in section:
            section["What it asks"] = ["checks/index.md", *entries]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that no file holds."""
    for name, text in _pages():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Points links that leave `docs/` at the pages that those files have become."""
    for source, target in TAKEN.items():
        markdown = markdown.replace(f"](../{source})", f"]({target})").replace(f"]({source})", f"]({target})")
    if page.file.src_uri.startswith("checks/"):
        markdown = SOURCES.sub(_linked, markdown)
    return re.sub(r"\]\(docs/", "](", markdown)


def _pages() -> Iterator[tuple[str, str]]:
    for source, target in TAKEN.items():
        yield target, (ROOT / source).read_text("utf-8")
    yield "cli.md", "".join(_commands())
    yield "checks/index.md", "".join(_index())
    for _, checks in _categories():
        yield from ((f"checks/{check.id}.md", explanation.page(check)) for check in checks)


def _categories() -> Iterator[tuple[str, list[Check]]]:
    checks = library.load(library.folder())
    for category in library.CATEGORIES:
        yield category, [check for check in checks if check.category == category]


def _index() -> Iterator[str]:
    yield "# What it asks\n\nEvery question is a check, and every check is one file in `checks/`, with its reason,\n"
    yield "its remedy and examples of both sides that run as tests.\n"
    for category, checks in _categories():
        yield f"\n## {library.CATEGORIES[category]}\n\n| check | severity | question |\n|---|---|---|\n"
        yield from (f"| [{c.id}]({c.id}.md) | {c.severity.value} | {c.question} |\n" for c in checks)


def _commands() -> Iterator[str]:
    yield "# In a terminal\n\n`ml-readiness COMMAND --help` prints what stands here.\n"
    yield f"\n```text\n{_help(cli, None, 'ml-readiness')}\n```\n"
    context = click.Context(cli, info_name="ml-readiness")
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None:
            yield f"\n## {name}\n\n```text\n{_help(command, context, name)}\n```\n"


def _help(command: click.Command, parent: click.Context | None, name: str) -> str:
    return command.get_help(click.Context(command, parent=parent, info_name=name, terminal_width=100))


def _linked(section: re.Match[str]) -> str:
    """The sources of a check, each leading to the page that says where to find it."""
    return re.sub(r"^- ([^:\n]+)", r"- [\1](../sources.md)", section[0], flags=re.MULTILINE)
