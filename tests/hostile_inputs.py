"""Files that break parsers: small descriptions that grow into large, deep, broken or misleading content."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_lowercase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Cell = dict[str, object]


@dataclass(frozen=True)
class Input:
    """Hostile content, and the files it is tried as."""

    name: str
    content: str | bytes
    paths: tuple[str, ...]

    @property
    def files(self) -> dict[str, bytes]:
        """The content under every path."""
        data = self.content
        return dict.fromkeys(self.paths, data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))


def nested(opening: str, closing: str, depth: int, inner: str = "") -> str:
    """Brackets in brackets."""
    return opening * depth + inner + closing * depth


def chain(link: str, part: str, length: int) -> str:
    """Parts joined to one long expression."""
    return link.join([part] * length)


def python_inputs() -> dict[str, str | bytes]:
    """Python that is too deep, too long, too old, too new, or not text."""
    steps = range(101)
    return {
        "brackets 250 deep": nested("(", ")", 250),
        "brackets 100,000 deep": nested("(", ")", 100_000),
        "brackets never closed": "(" * 100_000,
        "1,000 minus signs": "-" * 1_000 + "1",
        "100,000 minus signs": "-" * 100_000 + "1",
        "50,000 nots": "not " * 50_000 + "1",
        "3,000 powers": chain("**", "1", 3_000),
        "5,000 lambdas": "lambda:" * 5_000 + "0",
        "a sum of 900": "x=" + chain("+", "1", 900),
        "a sum of 5,000": chain("+", "1", 5_000),
        "a sum of 100,000": chain("+", "1", 100_000),
        "100,000 attributes": "a" + ".a" * 100_000,
        "20,000 calls": "f" + "()" * 20_000,
        "5,000 elifs": "if a: pass\n" + "elif a: pass\n" * 5_000,
        "5,000 conditional expressions": "1 if 1 else " * 5_000 + "0",
        "100,000 ands": chain(" and ", "a", 100_000),
        "101 indents": "".join(" " * step + "if 1:\n" for step in steps) + " " * len(steps) + "pass\n",
        "a number of 5,000 digits": "x=" + "9" * 5_000,
        "a null byte": b"x=1\x00y=2",
        "half a surrogate": 'x="\\ud800"',
        "a string of 10 MB": 'x="' + "a" * 10_000_000 + '"',
        "a string of 1.4 MB": 'x="' + "a" * 1_400_000 + '"',
        "300,000 lines": "x=1\n" * 300_000,
        "a dict of 100,000": "x={" + ",".join(f"{key}:{key}" for key in range(100_000)) + "}",
        "a line of 300,000 characters": "a+" * 150_000 + "a",
        "a byte order mark": b"\xef\xbb\xbfx=1\n",
        "UTF-16": "x=1".encode("utf-16"),
        "an encoding nobody knows": b"# -*- coding: nope -*-\n",
        "an encoding that rewrites": b"# coding: rot13\nvzcbeg bf\n",
        "Python 2": 'print "x"',
        "Python of the future": "type X = int\n",
        "form feeds and carriage returns": "x=1\x0c\ry=2\r",
        "text that turns around": 'x = "\u202e\u2066"',
        "5,000 nested calls": nested("f(", ")", 5_000),
        "150 nested lists": "x = " + nested("[", "]", 150),
        "2,000 nested subscripts": "x = a" + "[0]" * 2_000,
        "90 nested functions": "".join(" " * step + f"def f{step}():\n" for step in range(90)) + " " * 90 + "pass\n",
        "20,000 broken lines": "x = = 1\n" * 20_000,
        "a format string in a format string": "x = " + nested('f"{', '}"', 40, "1"),
    }


def yaml_inputs() -> dict[str, str | bytes]:
    """YAML that multiplies, refers to itself, or is written for another program."""
    pairs = list(pairwise(ascii_lowercase[:10]))
    laughs = [f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in pairs]
    merges = [f"m{n + 1}: &m{n + 1}\n  <<: [{','.join([f'*m{n}'] * 9)}]\n" for n in range(9)]
    return {
        "lists 30,000 deep": nested("[", "]", 30_000),
        "lists 1,000 deep": nested("[", "]", 1_000),
        "maps 1,000 deep": "".join("  " * step + "a:\n" for step in range(1_000)),
        "a billion laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(laughs),
        "merges that multiply": "m0: &m0 {k: v}\n" + "".join(merges),
        "a list in itself": "a: &a [*a]",
        "a call in a tag": "!!python/object/apply:os.system [touch pwned]",
        "tags of other programs": "x: !Ref y\nz: !vault |\n  00\n",
        "a day that is not": "2001-99-99",
        "a number of 100,000 digits": "a: " + "9" * 100_000,
        "base sixty": "port: 22:22",
        "words that mean true": "on: push\nno: 1",
        "a key twice": "a: 1\na: 2",
        "a list as key": "{[a]: 1}",
        "a null byte": "a: \x00",
        "tabs": "a:\n\tb: 1",
        "1,000 documents": "---\na: 1\n" * 1_000,
        "a template": "a: {{ .Values.x }}\n{{- if .y }}\nb: 1\n{{- end }}",
        "a list of 300,000": "- a\n" * 300_000,
        "a list of 60,000": "- a\n" * 60_000,
        "a map of 3 MB": "{" + ",".join(f"k{key}: {key}" for key in range(200_000)) + "}",
        "a comment of 10 MB": "#" + "x" * 10_000_000 + "\na: 1",
        "a workflow of wrong types": "on: [1, {a: b}]\n"
        "jobs: {test: {steps: {run: [pytest]}}, x: [], y: null}\nenv: 7\n",
        "a compose file of wrong types": "services: {api: [], web: {build: 7, ports: x, image: [a], environment: 1}}\n",
        "a number at the top": "7",
        "nothing": "",
    }


def table_inputs() -> dict[str, str | bytes]:
    """TOML and INI that is deep, long or broken."""
    return {
        "a key of 20,000 parts": chain(".", "a", 20_000) + "=1",
        "a key of 20,000 parts beside a string": chain(".", "a", 20_000) + '="x"',
        "a quoted key of 20,000 parts": chain(".", '"a"', 20_000) + "=1",
        "a header of 50,000 parts": "[" + chain(".", "a", 50_000) + "]",
        "many keys of many parts": "".join(f"{chain('.', 'a', 150)}.b{n}=1\n" for n in range(800)),
        "arrays 900 deep": "a=" + nested("[", "]", 900),
        "arrays 100,000 deep": "a=" + nested("[", "]", 100_000),
        "tables 20,000 deep": "a=" + "{a=" * 20_000,
        "a number of 5,000 digits": "a=" + "9" * 5_000,
        "a byte order mark": "\ufeff[project]\nname='a'",
        "Latin-1": b'a="\xe9"',
        "100,000 tables": "".join(f"[t{number}]\na=1\n" for number in range(100_000)),
        "interpolation that never ends": "[a]\nx=%(y)s\ny=%(x)s",
        "a section twice": "[a]\n[a]",
        "no section": "a=1",
        "a project of wrong types": "[project]\nname=7\n"
        "dependencies='x'\noptional-dependencies=[1]\nrequires-python=3\n"
        "[tool]\npoetry=[]\npytest=7\nuv='x'\n[build-system]\nrequires=7\n[dependency-groups]\na=[{b=1},7]\n",
        "tools of wrong types": "[tool.poetry]\ndependencies=[1]\ngroup='x'\n[tool.pytest]\nini_options=[]\n"
        "[tool.coverage]\nreport=1\n[tool.ruff]\nlint='x'\n[[package]]\nname=1\nversion=[]\n",
    }


def json_inputs() -> dict[str, str | bytes]:
    """JSON that is deep, broken, or no notebook."""
    return {
        "lists 100,000 deep": "[" * 100_000,
        "closed lists 100,000 deep": nested("[", "]", 100_000),
        "objects 50,000 deep": nested('{"a":', "}", 50_000, "1"),
        "a number of 5,000 digits": "9" * 5_000,
        "not numbers": "[NaN, Infinity]",
        "a key twice": '{"a":1,"a":2}',
        "half a surrogate": '"\\ud800"',
        "a comma too many": '{"cells": [1,]}',
        "a merge that stopped": '{\n<<<<<<< ours\n"cells": [],\n=======\n"cells": [1]\n>>>>>>> theirs\n}',
        "a list": "[]",
        "null": "null",
        "nothing": "",
        "a byte order mark": b'\xef\xbb\xbf{"nbformat":4,"cells":[]}',
        "UTF-16": '{"cells":[]}'.encode("utf-16"),
    }


def notebook_inputs() -> dict[str, str | bytes]:
    """Notebooks of odd versions, types and languages."""
    good: Cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["import torch\n"]}
    kernels: dict[str, Cell] = {
        name: {"kernelspec": {"language": name, "name": name}} for name in ("R", "julia", "python2")
    }
    return {
        "a version as text": notebook(nbformat="4"),
        "version 99": notebook(nbformat=99),
        "version 3": json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "x=1"}]}]}),
        "a source that is a number": notebook({**good, "source": 7}),
        "a source of many types": notebook({**good, "source": ["a=1\n", None, 2]}),
        "cells that are a map": json.dumps({"nbformat": 4, "cells": {"a": 1}}),
        "no cells": json.dumps({"nbformat": 4}),
        "a cell that is null": json.dumps({"nbformat": 4, "cells": [None]}),
        "an output of 100 MB": notebook({**good, "outputs": [{"data": {"image/png": "A" * 100_000_000}}]}),
        "an output of 9 MB": notebook({**good, "outputs": [{"data": {"image/png": "A" * 9_000_000}}]}),
        "100,000 cells": notebook(*[good] * 100_000),
        "magics": notebook(
            *(
                {**good, "source": text}
                for text in ("%load_ext x", "%%bash\nrm x", "!ls", "?help", "x = !ls", "%%writefile a.py")
            )
        ),
        "one broken cell of ten": notebook(*[good] * 5, {**good, "source": "def ("}, *[good] * 4),
        "await at the top": notebook({**good, "source": "await f()"}),
        "an indented cell": notebook({**good, "source": "  x=1"}),
        **{f"the language {name}": notebook(good, metadata=value) for name, value in kernels.items()},
        "two cells with one id": notebook({**good, "id": "a"}, {**good, "id": "a"}),
        "carriage returns": notebook({**good, "source": ["a=1\r\n", "b=2\r\n"]}),
        "markup in outputs": notebook({**good, "outputs": [{"text": "<script>alert(1)</script>"}]}),
        "metadata of wrong types": json.dumps(
            {"nbformat": 4, "metadata": [], "cells": [{**good, "metadata": 7, "outputs": "x"}]}
        ),
        "a deep expression in a cell": notebook({**good, "source": chain("+", "1", 50_000)}),
    }


def notebook(*cells: Cell, nbformat: object = 4, metadata: Cell | None = None) -> str:
    """A notebook as JSON."""
    whole: Cell = {"nbformat": nbformat, "nbformat_minor": 0, "metadata": metadata or {}, "cells": cells}
    return json.dumps(whole)


def text_inputs() -> dict[str, str | bytes]:
    """Lines that make slow patterns slow, for every file that is read as text."""
    repeated = {
        "a": 100_000,
        " ": 100_000,
        "=": 100_000,
        "-----BEGIN ": 10_000,
        "AKIA": 25_000,
        "http://": 15_000,
        "@": 100_000,
        "import ": 20_000,
        "# ": 50_000,
        "[": 50_000,
        "](": 50_000,
        "0": 100_000,
        "\\": 100_000,
        '"': 100_001,
        "\r": 100_000,
        "<!--": 25_000,
        "`": 100_000,
        "*a ": 50_000,
        "> ": 50_000,
        "| a ": 25_000,
        "FROM a\n": 20_000,
        "RUN x \\\n": 50_000,
        "${A:-": 20_000,
    }
    return {
        **{f"{text.strip() or 'blank'!r} again and again": text * count for text, count in repeated.items()},
        "tabs before a letter": "\t" * 50_000 + "x",
        "a name of 50,000 parts": "a." * 50_000 + "!",
        "variables of variables": "ARG A=$A\n" * 20_000 + "FROM $A\n",
        "a continued line": "pkg==1 " + "\\\n" * 100_000,
        "a marker 5,000 deep": "a; " + nested("(", ")", 5_000, 'os_name=="x"'),
        "a version of 5,000 digits": "a==" + "1" * 5_000,
        "100,000 versions excluded": "a" + ",".join(f"!=1.{number}" for number in range(100_000)),
        "a quote that never ends": "a " * 2_500_000 + '"',
        "entities in entities": entities(),
        "files that include themselves": "-r requirements.txt\n-c requirements.txt\n"
        "-r ../../../etc/passwd\n-r /etc/passwd\n",
    }


def entities() -> str:
    """XML that expands."""
    lines = [f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9)]
    return '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "x">' + "".join(lines) + "]><x>&e9;</x>"


SECTIONS: dict[str, tuple[Callable[[], dict[str, str | bytes]], tuple[str, ...]]] = {
    "python": (python_inputs, ("src/hostile.py", "setup.py", "tests/test_hostile.py")),
    "yaml": (
        yaml_inputs,
        (
            ".github/workflows/hostile.yml",
            "docker-compose.yml",
            "environment.yml",
            "params.yaml",
            "dvc.yaml",
            "deploy/k8s.yaml",
        ),
    ),
    "tables": (
        table_inputs,
        ("pyproject.toml", "poetry.lock", "uv.lock", "Pipfile", "setup.cfg", "tox.ini", "pytest.ini"),
    ),
    "json": (json_inputs, ("hostile.ipynb", "Pipfile.lock", "config.json")),
    "notebooks": (notebook_inputs, ("hostile.ipynb",)),
    "text": (
        text_inputs,
        (
            "README.md",
            "README.rst",
            "requirements.txt",
            "Dockerfile",
            "Makefile",
            "run.sh",
            "coverage.xml",
            ".env",
            "Procfile",
        ),
    ),
}


def inputs(section: str) -> list[Input]:
    """All inputs of a section."""
    make, paths = SECTIONS[section]
    return [Input(name, content, paths) for name, content in make().items()]
