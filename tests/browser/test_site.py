"""The documentation, once it is built, can be used by everybody: WCAG 2.2 AA by axe, in both colours.

`.ci/run` builds it and says where it is; without that these tests are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.action.tools import module
from tests.browser.test_clean_pages import RULES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.opened import Scheme

SITE = Path(os.environ.get("ML_READINESS_SITE", "nowhere"))
EXAMPLE = "checks/split-before-fit"
"""The pages of the checks are alike; one stands for all."""


def pages() -> list[Path]:
    found = sorted(SITE.glob("**/index.html"))
    checks = SITE / "checks"
    return [page for page in found if page.parent.parent != checks or page.parent == SITE / EXAMPLE]


@pytest.mark.skipif(not SITE.is_dir(), reason="the documentation is not built: set ML_READINESS_SITE to its folder")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_documentation(browser: Browser, scheme: Scheme) -> None:
    axe = module("axe-core/axe.min.js")
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, color_scheme=scheme, offline=True)
    assert pages()
    wrong: list[tuple[str, str, str]] = []
    for path in pages():
        page = context.new_page()
        page.goto(path.as_uri())
        page.add_script_tag(path=axe)
        found: dict[str, Any] = page.evaluate("tags => axe.run({ runOnly: tags })", [r for r in RULES if r[0] == "w"])
        wrong += [
            (str(path.relative_to(SITE)), each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]
        ]
        page.close()
    context.close()
    assert wrong == []
