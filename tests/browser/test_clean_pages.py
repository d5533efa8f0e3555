"""Pages that everybody can use and every browser understands: WCAG 2.2 AA by axe, and HTML by its validator."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from ml_readiness.render import html
from ml_readiness.render.history import html as history_html
from tests.action.tools import MODULES, module, node
from tests.reports import compared, sample
from tests.test_history import hostile as hostile_history

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.opened import Opened, Scheme

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SEEN = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
OTHERS: tuple[tuple[int, Scheme], ...] = ((390, "light"), (390, "dark"), (800, "dark"), (1400, "dark"))
UNFOLDED = "for (const each of document.querySelectorAll('details')) each.open = true"


def pages() -> dict[str, str]:
    return {
        "sample": html.render(sample()),
        "compared": html.render(compared()),
        "history": history_html.render(hostile_history("Improve the model")),
    }


@pytest.mark.parametrize("name", pages())
def test_axe_finds_nothing(opened: Opened, name: str) -> None:
    """Every rule in a wide window, and what depends on widths and colours in the others."""
    axe = module("axe-core/axe.min.js")
    page = opened(pages()[name], width=1400, judged=True)
    page.evaluate(UNFOLDED)
    page.add_style_tag(content=".category { content-visibility: visible !important; }")
    page.add_script_tag(path=axe)
    found: dict[str, Any] = page.evaluate("tags => axe.run({ runOnly: tags })", RULES)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert len(found["passes"]) > 20
    for width, scheme in OTHERS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("rules => axe.run({ runOnly: { type: 'rule', values: rules } })", SEEN)
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == [], (width, scheme)


@pytest.mark.parametrize("name", pages())
def test_the_validator_finds_nothing(tmp_path: Path, name: str) -> None:
    program = module("html-validate/bin/html-validate.mjs")
    (tmp_path / "page.html").write_text(pages()[name], "utf-8")
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps({"root": True, "extends": ["html-validate:standard"]}))
    done = subprocess.run(
        [node(), program, "page.html"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"NODE_PATH": str(MODULES), "PATH": "/usr/bin:/bin"},
    )
    assert done.stdout == ""
    assert done.returncode == 0
