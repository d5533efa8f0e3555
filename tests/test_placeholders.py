"""Unfinished pages are told from pages about unfinished things."""

from __future__ import annotations

import pytest

from ml_readiness.report import Outcome
from tests.auditing import answer

GOOD = "# Churn\nPredicts which customers will leave next month.\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# Churn", 1),
        ("", 1),
        ("# Churn\n![build](https://img.shields.io/x.svg)\n", 1),
        (GOOD + "\nTODO: describe the data", 4),
        (GOOD + "\n## Data\n- source tbd\n", 5),
        (GOOD + "\n| Metric | Value |\n|--|--|\n| F1 | TBD |\n", 6),
        (GOOD + "\nLorem ipsum dolor sit amet", 4),
        (GOOD + "\n## TODO\n## Data\nx", 4),
        (GOOD + "\n## Results\n\n## License\nMIT", 4),
        (GOOD + "\n## License\n", 4),
        (GOOD + "\n[More Information Needed]", 4),
        (GOOD + "\n![alt text](a.png)", 4),
        (GOOD + "\n![enter image description here](a.png)", 4),
        (GOOD + '\n<img src="a.png" alt="Your image description">', 4),
        (GOOD + "\n[![x](https://img.shields.io/github/stars/your-username/repo)](x)", 4),
        (GOOD + "\n![arXiv](https://img.shields.io/badge/arXiv-<COLOR>.svg)", 4),
        (GOOD + "\n```\ngit clone https://github.com/<username>/churn.git\n```", 5),
        (GOOD + "\n```\ngit clone git@github.com:USERNAME/churn.git\n```", 5),
        (GOOD + "\n```\ngit clone --depth 1 <repo-url>\n```", 5),
        (GOOD + "\nRun `git clone <repository_url>` first", 4),
        (GOOD + "\nA short description of the project.", 4),
        (GOOD + "\nAdd your screenshots here", 4),
        ("# Your Project Name\nPredicts something.", 1),
        ("Project Name\n============\nPredicts something.", 1),
        ("# Untitled\nPredicts something.", 1),
    ],
)
def test_what_is_unfinished(text: str, line: int) -> None:
    found = answer("readme-finished", {"README.md": text})
    assert found.outcome is Outcome.FAIL
    assert f"README.md:{line}" in found.places


@pytest.mark.parametrize(
    "text",
    [
        "\nNo throughput numbers are claimed here.\n",
        "\n## Roadmap\n- TODO: more countries\n",
        "\n## TODO\n- [ ] more countries\n",
        "\n<!-- TODO: hidden -->",
        "\nLists every `TODO` in the code",
        "\n```\n# TODO: tune\npython train.py --token <your-token>\n```",
        "\nSet `API_KEY=your_api_key` first",
        "\nUse your project name as the folder.",
        "\n## Contributing\nFork it, then:\n```\ngit clone https://github.com/YOUR-USERNAME/churn.git\n```",
        "\n```\ngit clone https://github.com/acme/churn.git\n```",
        "\n```\npip install git+https://github.com/OWNER/REPO\n```",
        "\n### 1. Open the page\n### 2. Press the button\n",
        "\n## Model\n### Data\ntext",
        "\n## Demo\n![demo](demo.gif)",
        "\nA video is coming soon.",
        "\n- [TODO-list model](https://example.org/todo)",
        "\n![architecture](a.png)",
    ],
)
def test_what_is_finished(text: str) -> None:
    found = answer("readme-finished", {"README.md": GOOD + text})
    assert found.outcome is Outcome.PASS, found.messages


def test_no_readme_no_question() -> None:
    assert answer("readme-finished", {"a.py": ""}).outcome is Outcome.NOT_APPLICABLE


def test_a_title_page_with_code_is_a_page() -> None:
    assert answer("readme-finished", {"README.md": "# Churn\n```\nmake train\n```"}).outcome is Outcome.PASS


def test_a_long_heading_among_several_announces_something() -> None:
    filled = "".join(f"## Network number {n} for images\n\nIt learns.\n\n" for n in (1, 2))
    last = "## Recurrent network for the prediction of long sequences\n"
    assert answer("readme-finished", {"README.md": f"# Lessons\n\nHere.\n\n{filled}{last}"}).outcome is Outcome.FAIL
    alone = f"# Lessons\n\nHere is what one learns.\n\n{last}\n# More\n\nSome other text.\n"
    assert answer("readme-finished", {"README.md": alone}).outcome is Outcome.PASS
