"""The map of the repository: files by size, coloured by what they do, by findings, or by whether a test was found."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from ml_readiness.facts.survey.repository_map import MOST
from ml_readiness.render.html.evidence import place
from ml_readiness.render.html.markup import Markup, tag
from ml_readiness.render.html.treemap import Box, treemap
from ml_readiness.report import FileRole, Kind, Location
from ml_readiness.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ml_readiness.render.html.treemap import Tile
    from ml_readiness.report import MappedFile, Report

WIDTH, HEIGHT = 1000.0, 560.0
LETTER = 5.8
"""How wide a letter of a label is."""
SHOWN = 8

ROLES: Mapping[FileRole, str] = {
    FileRole.SERVE: "serves",
    FileRole.TRAIN: "trains",
    FileRole.PREPROCESS: "prepares data",
    FileRole.EVALUATE: "measures",
    FileRole.TEST: "tests",
    FileRole.CODE: "other code",
    FileRole.OPERATE: "settings, pipelines, images",
    FileRole.EXPLAIN: "text",
}
PRODUCTION = (FileRole.SERVE, FileRole.TRAIN, FileRole.PREPROCESS, FileRole.EVALUATE, FileRole.CODE)


def repository_map(report: Report) -> Markup | None:
    """The section with the map; nothing where there is no code."""
    if all(file.role is FileRole.EXPLAIN for file in report.files):
        return None
    against = _against(report)
    return tag(
        "section",
        tag("h2", "Map of the repository"),
        tag("p", _told(report), class_="lead"),
        _modes(),
        tag(
            "div",
            _picture(report, against),
            class_="mapbox",
            id="mapbox",
            tabindex=0,
            role="region",
            aria_label="Map of the repository",
        ),
        tag("p", id="where", class_="quiet", role="status"),
        _legend(report),
        tag("div", _roles(report, against), _untested(report), class_="columns"),
        id="map",
    )


def _against(report: Report) -> Counter[str]:
    """By file, how many findings are against something."""
    return Counter(
        finding.path
        for result in report.results
        for finding in result.findings
        if finding.path is not None and finding.kind in {Kind.FAIL, Kind.PARTIAL}
    )


def _told(report: Report) -> str:
    largest = f" Only the largest {MOST:,} are here." if len(report.files) >= MOST else ""
    return f"Each area is a file. {_tested_share(report)}{largest}"


def _tested_share(report: Report) -> str:
    asked = [file for file in report.files if file.tested is not None]
    size = sum(file.size for file in asked)
    if not asked or not size:
        return "The larger the area, the more is written in it."
    tested = sum(file.size for file in asked if file.tested)
    if not tested:
        return "No test was found that runs any of the code that could run in production."
    return (
        f"Tests run something in the files that hold {tested / size:.0%} of the code that could run in production. "
        "For what is hatched, no test was found; calls that only happen at run time cannot be followed."
    )


def _modes() -> Markup:
    modes = (("role", "what it does"), ("findings", "findings"), ("tests", "tests"))
    return tag(
        "div",
        tag("span", "Coloured by ", class_="quiet"),
        (
            tag("button", name, type="button", data_mode=mode, aria_pressed=str(mode == "role").lower())
            for mode, name in modes
        ),
        tag("button", "Whole repository", type="button", id="whole", class_="ghost", hidden=True),
        class_="toggles modes",
        role="group",
        aria_label="Colours of the map",
        hidden=True,
    )


def _picture(report: Report, against: Counter[str]) -> Markup:
    drawn = [(file.path, float(file.size), file) for file in report.files if file.role is not FileRole.EXPLAIN]
    tiles = treemap(drawn, Box(0, 0, WIDTH, HEIGHT))
    hatch = tag("pattern", tag("path", d="M0 6L6 0"), id="hatch", width=6, height=6, patternUnits="userSpaceOnUse")
    return tag(
        "svg",
        tag("defs", hatch),
        (_folder(tile) if tile.item is None else _file(tile, tile.item, against[tile.path]) for tile in tiles),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        class_="by-role",
        role="group",
        aria_label="Files as areas; the tables below say the same in words",
    )


def _folder(tile: Tile[MappedFile]) -> Markup:
    box = tile.box
    label = None
    if tile.has_head:
        label = tag(
            "text", _fitted(tile.path.rpartition("/")[2] + "/", box.width - 8), x=_n(box.x + 4), y=_n(box.y + 11)
        )
    return tag("g", tag("title", tile.path + "/"), _rect(box), label, class_="folder", data_folder=tile.path)


def _file(tile: Tile[MappedFile], file: MappedFile, findings: int) -> Markup:
    box = tile.box
    classes = f"file {file.role.value} f{min(findings, 3)}{_tested(file)}"
    name = file.path.rpartition("/")[2]
    content = [
        tag("title", _said(file, findings)),
        _rect(box),
        _rect(box, "hatch") if file.tested is False and box.width > 3 and box.height > 3 else None,
        tag("text", _fitted(name, box.width - 6), x=_n(box.x + 3), y=_n(box.y + 11)) if _has_label(box) else None,
        tag("circle", cx=_n(box.x + box.width - 5), cy=_n(box.y + box.height - 5), r=3)
        if findings and _has_dot(box)
        else None,
    ]
    if findings:
        return tag("a", content, class_=classes, href="#questions", tabindex=-1, data_file=file.path)
    return tag("g", content, class_=classes, data_file=file.path)


def _has_label(box: Box) -> bool:
    return box.width > 30 and box.height > 14


def _has_dot(box: Box) -> bool:
    return box.width > 12 and box.height > 12


def _tested(file: MappedFile) -> str:
    return "" if file.tested is None else " tested" if file.tested else " untested"


def _said(file: MappedFile, findings: int) -> str:
    test = {None: "", True: ", a test runs it", False: ", no test was found"}[file.tested]
    found = f", {plural(findings, 'finding')}" if findings else ""
    return f"{file.path}: {ROLES[file.role]}, {amount(file.size)}{test}{found}"


def amount(size: float) -> str:
    """A size that people can compare."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{size / 1000:.0f} kB" if size >= 10_000 else f"{size / 1000:.1f} kB"


def _fitted(label: str, width: float) -> str:
    letters = int(width / LETTER)
    return label if len(label) <= letters else label[: letters - 1] + "…" if letters > 3 else ""


def _rect(box: Box, kind: str | None = None) -> Markup:
    return tag("rect", x=_n(box.x), y=_n(box.y), width=_n(box.width), height=_n(box.height), class_=kind)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _legend(report: Report) -> Markup:
    present = {file.role for file in report.files} - {FileRole.EXPLAIN}
    roles = [
        tag("li", tag("span", class_=f"key {role.value}"), name) for role, name in ROLES.items() if role in present
    ]
    found = [
        tag("li", tag("span", class_=f"key f{count}"), name)
        for count, name in enumerate(("no finding", "one", "two", "three and more"))
    ]
    tests = [
        tag("li", tag("span", class_="key tested"), "a test runs it"),
        tag("li", tag("span", class_="key untested"), "no test was found"),
        tag("li", tag("span", class_="key"), "not asked"),
    ]
    dot = tag("li", tag("span", class_="key dot"), "has findings")
    return tag(
        "div",
        tag(
            "ul", roles, tag("li", tag("span", class_="key hatched"), "no test was found"), dot, class_="legend by-role"
        ),
        tag("ul", found, class_="legend by-findings", hidden=True),
        tag("ul", tests, class_="legend by-tests", hidden=True),
    )


def _roles(report: Report, against: Counter[str]) -> Markup:
    groups: defaultdict[FileRole, list[MappedFile]] = defaultdict(list)
    for file in report.files:
        groups[file.role].append(file)
    head = tag(
        "tr", (tag("th", name, scope="col") for name in ("What it does", "Files", "Size", "Run by a test", "Findings"))
    )
    rows = [_role(ROLES[role], groups[role], against) for role in ROLES if role in groups]
    return tag(
        "table", tag("caption", "By what the files do"), tag("thead", head), tag("tbody", rows), class_="figures"
    )


def _role(name: str, files: Sequence[MappedFile], against: Counter[str]) -> Markup:
    asked = [file for file in files if file.tested is not None]
    tested = f"{sum(file.tested or False for file in asked)} of {len(asked)}" if asked else "-"
    cells = (
        str(len(files)),
        amount(sum(file.size for file in files)),
        tested,
        str(sum(against[file.path] for file in files)),
    )
    return tag("tr", tag("th", name, scope="row"), (tag("td", cell) for cell in cells))


def _untested(report: Report) -> Iterator[Markup]:
    found = [file for file in report.files if file.tested is False]
    found.sort(key=lambda file: (PRODUCTION.index(file.role) if file.role in PRODUCTION else 9, -file.size))
    if found:
        rows = [
            tag("li", place(Location(path=file.path)), f" {ROLES[file.role]}, {amount(file.size)}")
            for file in found[:SHOWN]
        ]
        more = tag("p", f"and {len(found) - SHOWN} more", class_="quiet") if len(found) > SHOWN else None
        yield tag("div", tag("h3", "No test was found for"), tag("ul", rows), more)
