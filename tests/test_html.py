"""The HTML report: nothing from a repository comes alive, and everything a reader needs is there."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.render import html
from ml_readiness.render.html.highlight import highlighted
from ml_readiness.render.html.treemap import Box, Tile, squarified, treemap
from ml_readiness.render.notes import SUBJECTS, notes, verdict
from ml_readiness.report import Excerpt, FileRole, Finding, Kind, MappedFile, Outcome, ProjectKind, Report
from tests.reports import compared, report, result, sample
from tests.test_render import NASTY, hostile


class Page(HTMLParser):
    """What a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


OURS = frozenset(
    re.findall(
        r"\w+",
        "html head meta title style body a header nav main footer h1 h2 h3 p strong b s q span mark code wbr pre ul ol "
        "li dl dt dd table caption thead tbody tr th td div figure figcaption section details summary form input "
        "select option datalist button script svg defs pattern path g circle rect text",
    )
)


@given(text=NASTY)
def test_a_page_holds_no_tag_handler_or_address_but_ours(text: str) -> None:
    page = html.render(hostile(text))
    for tag, attributes in Page(page).tags:
        assert tag in OURS
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert (attributes.get("href") or "#").startswith("#")
        assert "src" not in attributes
    assert page.count("<script>") == page.count("</script>") == 1


def test_a_page_forbids_everything_but_its_own_style_and_script() -> None:
    tags = Page(html.render(sample())).tags
    policy = next(a["content"] for _, a in tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_a_page_names_every_identifier_once() -> None:
    identifiers = [a["id"] for _, a in Page(html.render(sample())).tags if "id" in a]
    assert len(set(identifiers)) == len(identifiers)
    links = {a["href"] for tag, a in Page(html.render(sample())).tags if tag == "a"}
    assert {f"#{identifier}" for identifier in identifiers} >= links


def test_a_page_shows_backticks_that_do_not_pair_as_they_are() -> None:
    assert "a ` b" in html.render(failing(Finding(kind=Kind.FAIL, message="a ` b")))


def failing(*findings: Finding) -> Report:
    return report([result("tests-exist", Outcome.FAIL, findings=findings)])


def test_the_line_of_a_finding_is_marked_among_those_around_it() -> None:
    page = html.render(sample())
    assert re.search(r'<mark class="l" data-n="12">.*?post', page)
    assert 'data-n="11"><span class="c"># The only way in.</span>' in page


def test_findings_beyond_the_first_are_folded() -> None:
    found = [Finding(kind=Kind.FAIL, message=f"number {number}", path="a.py", line=number) for number in range(1, 30)]
    page = html.render(failing(*found))
    assert "23 more" in page
    assert "number 29" in page


def test_the_ways_of_values_are_shown_step_by_step() -> None:
    assert 'class="way"' in html.render(sample())


def test_a_comparison_shows_what_is_new_fixed_and_asked_for_the_first_time() -> None:
    page = html.render(compared())
    for said in ("What this change did", "Worse", "Asked for the first time", "Fixed or better", 'class="badge new"'):
        assert said in page
    assert 'id="change"' in page
    assert 'id="change"' not in html.render(sample())


def test_notes_tell_what_is_there_what_is_missing_and_what_to_have_ready() -> None:
    written = {note.category: note for note in notes(sample())}
    assert [each.check for each in written["testing"].good] == ["tests-exist"]
    assert [each.check for each in written["testing"].missing] == ["tests-run-in-ci"]
    assert all(note.next_questions for note in written.values())
    assert set(written) <= set(SUBJECTS)


def test_nobody_is_blamed_whatever_the_score() -> None:
    assert len({verdict(score) for score in (0, 20, 50, 80, 100)}) == 5
    assert not any(re.search(r"\b(?:you|your|bad|poor|fail\w*)\b", verdict(score), re.I) for score in range(101))


def test_the_map_says_what_files_do_and_what_no_test_runs() -> None:
    page = html.render(sample())
    assert "serve/app.py: serves, 6.0 kB, no test was found, 1 finding" in page
    assert "churn/features.py: prepares data, 4.0 kB, a test runs it" in page
    assert 'class="hatch"' in page


def test_a_repository_of_text_has_no_map() -> None:
    text = MappedFile(path="README.md", size=10, role=FileRole.EXPLAIN)
    assert 'id="map"' not in html.render(report([], files=(text,), kind=ProjectKind.NOT_ML))


SIZES = st.lists(st.floats(0.001, 1e9), min_size=1, max_size=40)


@given(sizes=SIZES)
def test_areas_are_proportional_and_fill_the_box(sizes: list[float]) -> None:
    sizes.sort(reverse=True)
    boxes = squarified(sizes, Box(0, 0, 300, 200))
    for size, box in zip(sizes, boxes, strict=True):
        assert box.width * box.height == pytest.approx(60_000 * size / sum(sizes), rel=1e-3, abs=1e-3)
        assert -0.001 <= box.x <= 300.001
        assert box.x + box.width <= 300.001
        assert box.y + box.height <= 200.001


PATHS = st.lists(st.lists(st.text("ab", min_size=1, max_size=2), min_size=1, max_size=5).map("/".join), unique=True)


@given(paths=PATHS)
def test_every_file_has_a_tile_inside_its_folder(paths: list[str]) -> None:
    tiles: list[Tile[str]] = list(treemap([(path, 1.0, path) for path in paths], Box(0, 0, 100, 100)))
    assert sorted(tile.item for tile in tiles if tile.item is not None) == sorted(paths)
    assert all(tile.box.x >= -0.01 and tile.box.x + tile.box.width <= 100.01 for tile in tiles)


@given(line=st.text(max_size=200), name=st.sampled_from(["a.py", "a.yml", "Dockerfile", "a.sh", "a.js", "a.unknown"]))
def test_highlighting_changes_no_character(line: str, name: str) -> None:
    assert re.sub(r'<span class="[cskn]">|</span>', "", highlighted(line, name)) == escape(line)


def test_an_excerpt_is_found_by_place_and_cell() -> None:
    cell = Excerpt(path="a.ipynb", cell=3, start=1, lines=("x = 1", "y = 2"))
    audited = failing().replace(excerpts=(cell,))
    assert audited.excerpt(Finding(kind=Kind.FAIL, message="", path="a.ipynb", cell=3, line=2)) is cell
    assert audited.excerpt(Finding(kind=Kind.FAIL, message="", path="a.ipynb", cell=3)) is cell
    assert audited.excerpt(Finding(kind=Kind.FAIL, message="", path="a.ipynb", cell=2, line=2)) is None
    assert audited.excerpt(Finding(kind=Kind.FAIL, message="", path="a.ipynb", cell=3, line=3)) is None
