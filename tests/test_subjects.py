"""A collection is told by folders that share nothing; parts of one system share nothing either, but say so by name."""

from __future__ import annotations

import pytest

from tests.auditing import kind

TRAIN = "from sklearn.linear_model import Ridge\nRidge().fit(x, y)\n"
TOPICS = ("iris", "churn_radar", "news-classifier", "birds", "weather")


def test_many_folders_on_subjects_of_their_own_are_a_collection() -> None:
    assert kind({f"{topic}/app.py": TRAIN for topic in TOPICS}) == "collection"
    assert kind({f"everything/{topic}/app.py": TRAIN for topic in TOPICS}) == "collection"


def test_parts_of_one_system_are_none() -> None:
    parts = ("training", "batch-prediction", "app_api", "monitoring", "feature-pipeline", "data")
    assert kind({f"{part}/main.py": TRAIN for part in parts}) == "training"


def test_folders_that_share_code_are_none() -> None:
    shared = {f"{topic}/main.py": f"from common.tools import load\n{TRAIN}" for topic in TOPICS}
    assert kind({**shared, "common/tools.py": "def load(): ...\n"}) == "training"


def test_few_folders_are_a_collection_where_the_readme_says_so() -> None:
    few = {f"{topic}/app.py": TRAIN for topic in TOPICS[:3]}
    assert kind({**few, "README.md": "# Birds\n\nWe watch birds.\n"}) == "training"
    assert kind({**few, "README.md": "# Apps\n\nA collection of small programs.\n"}) == "collection"


@pytest.mark.parametrize("title", ["Curso de MLOps", "机器学习课程", "Cours de science des données"])
def test_a_course_says_so_in_its_own_language(title: str) -> None:
    lessons = {f"0{n}-thema/net.py": TRAIN for n in range(1, 5)}
    assert kind({**lessons, "README.md": f"# {title}\n"}) == "collection"


def test_notebooks_side_by_side_are_lessons_where_the_readme_says_so() -> None:
    cell = '{"cells": [{"cell_type": "code", "source": "' + TRAIN.replace("\n", "\\n") + '", "outputs": []}],'
    book = cell + ' "metadata": {"kernelspec": {"language": "python", "name": "p"}}, "nbformat": 4}'
    books = {f"techniques/{name}.ipynb": book for name in "abcdefgh"}
    assert kind({**books, "README.md": "# Techniques\n\nA collection of tutorials.\n"}) == "collection"
    assert kind({**books, "README.md": "# Techniques\n\nWe try models.\n"}) == "notebooks"


def test_several_studies_of_one_paper_are_research() -> None:
    readme = "# Net\n\nCode for our paper.\n\n```\n@misc{net,\n}\n```\nhttps://arxiv.org/abs/2305.14314\n"
    assert kind({**{f"{topic}/main.py": TRAIN for topic in TOPICS}, "README.md": readme}) == "research"


def test_papers_of_others_make_no_research() -> None:
    links = "\n".join(f"- Net {n} [paper](https://arxiv.org/abs/2305.0{n})" for n in range(5))
    assert kind({"main.py": TRAIN, "README.md": f"# Nets\n\n{links}\n"}) == "training"
    assert kind({"main.py": TRAIN, "README.md": "# Net\n\n[[Paper]](https://arxiv.org/abs/2305.1)\n"}) == "research"
