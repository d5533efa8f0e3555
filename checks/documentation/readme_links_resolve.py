"""Every relative link of the README leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.prose.pages import Pages, is_host_page, place
from ml_readiness.report import Effort, Finding, Location, Severity
from ml_readiness.snapshot import EntryKind
from ml_readiness.wording import shortened

if TYPE_CHECKING:
    from ml_readiness.facts.prose.pages import Page
    from ml_readiness.parsers.prose import Link


@check("Do the README's links lead somewhere?", severity=Severity.LOW, effort=Effort.SMALL, prohibition=True)
def readme_links_resolve(pages: Pages) -> Iterator[Finding]:
    """A reader who meets a missing picture or a dead link stops believing the rest of the page.

    ## How to fix
    Correct the path, commit the missing file, or remove the link. Paths are case-sensitive and written with slashes.

    ## Sources
    - ML code completeness checklist: README

    ## Fails
    ````markdown title="README.md"
    ![Architecture](docs/architecture.png)
    ````
    ## Fails: a target that is no path
    ````markdown title="README.md"
    See the [model](my models/best model.pkl).
    ````
    ```text title="my models/best model.pkl"
    x
    ```
    ## Passes
    ````markdown title="README.md"
    See the [guide](docs/guide.md#start) and the [code](/src).
    ````
    ```markdown title="docs/guide.md"
    # Guide
    ```
    ```python title="src/train.py"
    pass
    ```
    ## Does not apply
    ````markdown title="README.md"
    See [the paper](https://example.org/paper) and [below](#usage).
    ````
    """
    page = pages.readme
    if page is None:
        return
    links = [link for link in page.prose.links if link.is_relative and not is_host_page(link.target)]
    broken = [(link, why) for link in links if (why := _why_broken(link, page, pages))]
    for link, why in broken:
        yield fail(f"`{shortened(link.target, 120)}` {why}", at=Location(path=page.path, line=link.line))
    if links and not broken:
        yield ok(f"all {len(links)} relative links and images exist", at=Location(path=page.path, line=links[0].line))


def _why_broken(link: Link, page: Page, pages: Pages) -> str:
    """What is wrong with a link; empty where it leads somewhere or nobody can tell."""
    if link.malformed:
        return "is not a valid link target: spaces need `<...>` or `%20`"
    target = place(link.target, page.folder)
    if target is None:
        return "leads out of the repository"
    if pages.files.exists(target) or _is_elsewhere(target, pages):
        return ""
    same = next((path for path in pages.files.entries if path.lower() == target.lower()), None)
    return f"does not exist; `{same}` differs in capital letters" if same else "does not exist"


def _is_elsewhere(target: str, pages: Pages) -> bool:
    """Whether a path goes through a submodule or a symbolic link, whose content is not in this tree."""
    parts = target.split("/")
    parents = ("/".join(parts[:count]) for count in range(1, len(parts)))
    found = (pages.files.entries.get(parent) for parent in parents)
    return any(entry is not None and entry.kind in (EntryKind.SUBMODULE, EntryKind.SYMLINK) for entry in found)
