"""Draws the pictures of the comment on a pull request, light and dark, with GitHub's own parser and styles.

Needs Debian's cmark-gfm, chromium and fonts-noto-color-emoji, and what `tests/action/install` puts into `.tools`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from ml_readiness import Location, Memory, Report, audit
from ml_readiness.publish import body
from ml_readiness.publish.body import Situation

sys.path.insert(0, str(Path(__file__).resolve().parent))

from picture import FILES

HERE = Path(__file__).resolve().parent
STYLES = HERE.parent / ".tools/node_modules/github-markdown-css"
COMMIT = "9f0b3d1c5a8e47c2b6d0f1e2a3b4c5d6e7f80912"
BASE = "5e1c2aa90b3d4f6a7c8e9d0f1a2b3c4d5e6f7081"
WEB = "https://github.com/my-org/churn"
WIDTH = 860

CHANGE = {
    "churn/app.py": FILES["churn/app.py"]
    + """

@app.post("/batch")
def batch(rows: list[dict]):
    return model.predict_proba(pd.DataFrame(rows))[:, 1].tolist()
""",
    ".github/workflows/ci.yml": FILES[".github/workflows/ci.yml"].replace("        continue-on-error: true\n", ""),
    "requirements.txt": FILES["requirements.txt"] + "httpx\n",
}
"""A pull request that adds a route and makes the tests count."""

PAGE = """<!doctype html><meta charset="utf-8"><style>{css}
body {{ margin: 0; padding: 16px; background: {outside}; }}
.timeline-comment {{ border: 1px solid {line}; border-radius: 6px; background: {inside}; }}
.timeline-comment-header {{ font: 14px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif;
  color: {quiet}; background: {head}; border-bottom: 1px solid {line}; border-radius: 6px 6px 0 0; padding: 8px 16px; }}
.timeline-comment-header b {{ color: {text}; }}
.timeline-comment-header span {{ border: 1px solid {line}; border-radius: 2em; padding: 0 7px; font-size: 12px; }}
.markdown-body {{ padding: 16px; font-size: 14px; }}</style>
<div class="timeline-comment"><div class="timeline-comment-header"><b>github-actions</b> <span>bot</span>
commented 2 minutes ago</div><div class="markdown-body">{comment}</div></div>"""

THEMES = {
    "light": {"outside": "#fff", "inside": "#fff", "head": "#f6f8fa", "line": "#d1d9e0", "quiet": "#59636e"},
    "dark": {"outside": "#0d1117", "inside": "#0d1117", "head": "#151b23", "line": "#3d444d", "quiet": "#9198a1"},
}
TEXTS = {"light": "#1f2328", "dark": "#f0f6fc"}


def report() -> Report:
    """The report on the pull request."""
    name = "churn"
    return audit(Memory({**FILES, **CHANGE}, name=name), base=Committed(FILES, name=name))


class Committed(Memory):
    """Files that claim to be a commit."""

    revision = BASE  # type: ignore[assignment]


def link(location: Location) -> str:
    """Where GitHub shows a place."""
    line = f"#L{location.line}" if location.line is not None else ""
    return f"{WEB}/blob/{COMMIT}/{quote(location.path)}{line}"


def html(markdown: str) -> str:
    """What GitHub makes of a comment: ends of lines are kept, and the alert gets its box."""
    extensions = [part for name in ("table", "strikethrough", "autolink", "tagfilter") for part in ("-e", name)]
    command = ["cmark-gfm", "--unsafe", "--hardbreaks", *extensions]
    made = subprocess.run(command, input=markdown, capture_output=True, check=True, encoding="utf-8").stdout
    return re.sub(
        r"<blockquote>\s*<p>\[!(\w+)\]<br />\s*(.*?)</p>\s*</blockquote>",
        lambda found: (
            f'<div class="markdown-alert markdown-alert-{found[1].lower()}"><p class="markdown-alert-title">'
            f"{found[1].capitalize()}</p><p>{found[2]}</p></div>"
        ),
        made,
        flags=re.DOTALL,
    )


def page(comment: str, theme: str) -> str:
    """The comment as the pull request's page shows it."""
    css = (STYLES / f"github-markdown-{theme}.css").read_text(encoding="utf-8")
    return PAGE.format(css=css, comment=comment, text=TEXTS[theme], **THEMES[theme])


def draw(name: str, content: str, target: Path) -> None:
    """A picture of a page, as high as the page is."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.html"
        script = (
            "<script>document.title=document.querySelector('.timeline-comment').getBoundingClientRect().bottom</script>"
        )
        file.write_text(content + script, encoding="utf-8")
        common = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        dumped = output(*common, f"--window-size={WIDTH},600", "--dump-dom", file.as_uri())
        title = re.search(r"<title>([\d.]+)", dumped)
        height = round(float(title[1])) + 16 if title else 1200
        shot = [f"--window-size={WIDTH},{height}", "--force-device-scale-factor=1.5", f"--screenshot={target}"]
        output(*common, *shot, file.as_uri())


def output(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


if __name__ == "__main__":
    situation = Situation(COMMIT, page=f"{WEB}/actions/runs/8127", remarks=())
    shown = html(body.render(report(), situation, link))
    for theme in THEMES:
        draw(theme, page(shown, theme), HERE / "images" / f"comment-{theme}.png")
