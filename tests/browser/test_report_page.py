"""What a reader does with the page: filters, search, keys, map, comparison, dark and light, paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ml_readiness.render import html
from ml_readiness.report import FileRole, MappedFile, Outcome
from tests.reports import compared, report, result, sample

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.opened import Opened


def shown(page: Page) -> list[str]:
    """The ids of the questions that can be seen."""
    found: list[str] = page.eval_on_selector_all("details.question:not([hidden])", "all => all.map(each => each.id)")
    return found


def told(page: Page) -> str:
    return page.locator("#told").inner_text()


@pytest.fixture
def page(opened: Opened) -> Page:
    """The sample report."""
    return opened(html.render(sample()))


def test_everything_is_shown_at_first(page: Page, opened: Opened) -> None:
    assert len(shown(page)) == len(sample().results)
    assert opened.noted == []


def test_search_finds_words_in_any_order(page: Page) -> None:
    page.fill("#search", "schema request")
    assert shown(page) == ["requests-validated"]
    page.fill("#search", "no such word")
    assert shown(page) == []
    page.locator("#none .reset").click()
    assert len(shown(page)) == len(sample().results)


def test_outcomes_can_be_left_out(page: Page) -> None:
    page.get_by_role("button", name="to fix").click()
    failed = {each.check for each in sample().with_outcome(Outcome.FAIL)}
    assert failed.isdisjoint(shown(page))
    assert told(page) == f"{len(sample().results) - len(failed)} of {len(sample().results)} questions"
    page.get_by_role("button", name="to fix").click()
    assert failed <= set(shown(page))


def test_subjects_severities_and_files_narrow_the_list(page: Page) -> None:
    page.select_option("#subject", "serving")
    assert shown(page) == ["health-endpoint", "requests-validated"]
    page.select_option("#severity", "medium")
    assert shown(page) == ["health-endpoint"]
    page.locator(".tools .reset").click()
    page.fill("#file", "serve")
    assert set(shown(page)) == {"preprocessing-shared", "health-endpoint"}
    page.fill("#file", "requirements.txt")
    assert shown(page) == ["dependencies-pinned"]


def test_keys_reach_everything(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("pinned")
    page.keyboard.press("Enter")
    assert "dependencies-pinned" in shown(page)
    assert "requests-validated" not in shown(page)
    page.keyboard.press("Escape")
    assert len(shown(page)) == len(sample().results)
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.parentElement.id")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.parentElement.id") == first
    before = page.evaluate("document.activeElement.parentElement.open")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open") is not before


def test_tab_reaches_the_questions_first(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the questions"


def test_an_address_opens_its_question(opened: Opened) -> None:
    page = opened(html.render(sample()), at="#tests-exist")
    assert page.locator("#tests-exist").get_attribute("open") is not None
    page.fill("#search", "health")
    page.locator('#first a[href="#dependencies-pinned"]').click()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert len(shown(page)) == len(sample().results)


def test_unfold_opens_and_closes_all(page: Page) -> None:
    page.click("#unfold")
    assert page.locator("details.question:not([open])").count() == 0
    page.click("#unfold")
    assert page.locator("details.question[open]").count() == 0


def test_a_file_on_the_map_leads_to_its_findings(page: Page) -> None:
    page.locator('.file[data-file="serve/app.py"] rect').first.click()
    assert page.input_value("#file") == "serve/app.py"
    assert set(shown(page)) == {"preprocessing-shared", "health-endpoint"}


def test_the_map_has_three_colourings_and_a_closer_look(page: Page) -> None:
    colours = set[str]()
    for mode in ("role", "findings", "tests"):
        page.click(f'button[data-mode="{mode}"]')
        assert page.locator(".legend:not([hidden])").count() == 1
        fill = "getComputedStyle(document.querySelector('.file[data-file=\"serve/app.py\"] rect')).fill"
        colours.add(page.evaluate(fill))
    assert len(colours) == 3
    whole = page.get_attribute("#mapbox svg", "viewBox")
    page.locator('.folder[data-folder="tests"] rect').click(position={"x": 60, "y": 6})
    assert page.get_attribute("#mapbox svg", "viewBox") != whole
    page.click("#whole")
    assert page.get_attribute("#mapbox svg", "viewBox") == whole


def test_arrow_keys_walk_on_the_map(page: Page) -> None:
    page.focus("#mapbox")
    page.keyboard.press("ArrowRight")
    first = page.evaluate("document.activeElement.dataset.file")
    assert first in {"serve/app.py", "requirements.txt", "tests/test_model.py"}
    assert first in page.inner_text("#where")
    page.keyboard.press("Enter")
    assert page.input_value("#file") == first


def test_a_comparison_can_be_filtered_by_what_changed(opened: Opened) -> None:
    page = opened(html.render(compared()))
    assert page.locator("#changes h3").count() == 3
    page.select_option("#change", "fixed")
    assert shown(page) == ["tests-exist"]
    page.select_option("#change", "new")
    assert set(shown(page)) == {"preprocessing-shared", "dependencies-pinned", "health-endpoint", "tests-check-model"}
    assert page.locator(".question .badge.new").count() == 4
    page.select_option("#change", "same")
    assert shown(page) == []


def test_dark_and_light_follow_the_system_and_the_button(opened: Opened) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = (opened(html.render(sample()), scheme=scheme) for scheme in ("light", "dark"))
    colours = light.evaluate(ground), dark.evaluate(ground)
    assert colours[0] != colours[1]
    light.click("#theme")
    assert light.evaluate(ground) == colours[1]
    light.click("#theme")
    assert light.evaluate(ground) == colours[0]


def test_on_paper_everything_is_unfolded_and_nothing_is_for_clicking(page: Page) -> None:
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.note:not([open])").count() == 0
    assert not page.locator(".tools").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.note:not([open])").count() > 0


def test_nothing_is_wider_than_the_window(opened: Opened) -> None:
    for shown_report in (sample(), compared()):
        page = opened(html.render(shown_report))
        for width in (320, 390, 800, 1400):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_a_script_everything_can_be_read(opened: Opened) -> None:
    text = html.render(sample())
    page = opened(text[: text.index("<script>")] + "</body></html>")
    assert page.locator("details.question").count() == len(sample().results)
    assert not page.locator(".tools").is_visible()
    assert page.locator("#mapbox svg").is_visible()


def test_a_large_repository_opens_at_once(opened: Opened) -> None:
    files = tuple(
        MappedFile(
            path=f"package_{n % 40}/part_{n % 7}/module_{n}.py", size=500 + n * 3, role=FileRole.CODE, tested=n % 3 == 0
        )
        for n in range(2000)
    )
    text = html.render(report([result("tests-exist")], files=files))
    assert len(text) < 1_500_000
    page = opened(text)
    assert page.locator(".file").count() == 2000
    timing = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    assert page.evaluate(timing) < 20_000
