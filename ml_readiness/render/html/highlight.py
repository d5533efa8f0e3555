"""Lines of source with comments, strings, numbers and keywords told apart.

One short expression a language instead of a library: excerpts begin anywhere in a file, come from strangers, and must
take linear time, which no general lexer promises.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.render.html.markup import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping

_STRING = r"\"(?:[^\"\\]|\\.)*+\"?|'(?:[^'\\]|\\.)*+'?"
_NUMBER = r"(?<![\w.-])\d[\d_]*+(?:\.\d++)?+(?:[eE][-+]?\d++)?+(?![\w.-])"
_WORDS = (
    "False None True and as assert async await break class continue def del elif else except finally for from global if"
    " import in is lambda match nonlocal not or pass raise return try while with yield"
)


def _language(comment: str, string: str, keyword: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<c>{comment})|(?P<s>{string})|(?P<n>{_NUMBER})|(?P<k>{keyword})")


PYTHON = _language(
    r"#.*", rf"(?:\b[rbfuRBFU]{{1,2}})?(?:{_STRING})|\"\"\"|'''", rf"\b(?:{'|'.join(_WORDS.split())})\b|@\w+"
)
SETTINGS = _language(r"(?:^|(?<=\s))#.*", _STRING, r"^\s*(?:- )?[\w.-]+(?=\s*[:=])|^\s*\[.*\]")
SHELL = _language(r"(?:^|(?<=\s))#.*", _STRING, r"^\s*[A-Z]{3,12}(?=\s)|\b(?:if|then|fi|for|do|done|else|export|set)\b")
OTHER = _language(r"//.*", _STRING, r"\b(?:const|let|var|function|return|if|else|import|from|export|class|new)\b")

_BY_ENDING: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("py", "ipynb", "pyi", "pyx"), PYTHON),
    **dict.fromkeys(("yml", "yaml", "toml", "cfg", "ini", "env", "txt", "json"), SETTINGS),
    **dict.fromkeys(("sh", "bash", "dockerfile", "makefile", "containerfile", "mk"), SHELL),
    **dict.fromkeys(("js", "ts", "jsx", "tsx", "java", "go", "c", "cpp", "rs"), OTHER),
}


def highlighted(line: str, path: str) -> Markup:
    """A visible line of source, escaped, with its tokens marked."""
    language = _of(path)
    if language is None:
        return Markup(escape(line))
    done: list[str] = []
    end = 0
    for token in language.finditer(line):
        done += [escape(line[end : token.start()]), f'<span class="{token.lastgroup}">{escape(token[0])}</span>']
        end = token.end()
    return Markup("".join([*done, escape(line[end:])]))


def _of(path: str) -> re.Pattern[str] | None:
    name = path.rpartition("/")[2].lower()
    if name.startswith(("dockerfile", "makefile", "containerfile")):
        return SHELL
    return _BY_ENDING.get(name.rpartition(".")[2])
