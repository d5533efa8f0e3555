"""What requests are checked against where JavaScript or TypeScript answers them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.serving.request_types import Contract
from ml_readiness.facts.source.javascript import JavaScript
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HANDLES = re.compile(
    r"\bexport\s+(?:async\s+)?function\s+(?:POST|PUT|PATCH)\b|\bexport\s+const\s+(?:POST|PUT|PATCH)\b"
    r"|\.(?:post|put|patch|all|route)\s*(?:<[^()]{0,400}>)?\(\s*[\"'`/{]|@(?:Post|Put|Patch)\(|\bdefineEventHandler\("
    r"|\bexport\s+default\s+(?:async\s+)?(?:function\s*\w*\s*\(|handler\b)|\.mutation\(|\b(?:Deno\.)?serve\("
)
"""How frameworks for servers are told what answers a request that brings something."""
ASKS = re.compile(
    r"chat|ask|quer(?:y|ies)|predict|infer|complet|generat|answer|messages?\b|search|rag\b", re.IGNORECASE
)
"""Paths of files that ask a model, where a framework hands it to them without an import."""
READS = re.compile(
    r"\b(?:req|request|r|ctx\.request|c\.req|ctx\.req|event\.request)\s*\.\s*(?:body\b|(?:json|formData|text|parseBody|valid)\s*\()"
    r"|\bread(?:Validated)?(?:Body|FormData|MultipartFormData)\(|@Body\(|\bJSON\.parse\(\s*(?:event|req|request)\.body"
    r"|\breq(?:uest)?\.(?:files?|query)\b|\bsearchParams\.get\("
)
"""Where what was sent is read."""
SCHEMA = re.compile(
    r"\bschema\s*:\s*(?:\{\s*(?:\.\.\.|body|querystring|params|headers|\w+\s*:)|\w+)|,\s*\{\s*schema\s*[,}]"
    r"|\b\w*[sS]chema\w*\s*\.\s*(?:safeParse|parse|safeParseAsync|parseAsync|validate\w*|assert|cast|Check)\("
    r"|\b(?:z|v|yup|Joi|joi)\.(?:object|parse|safeParse)\(|\b(?:zValidator|sValidator|vValidator|celebrate|checkSchema|validateRequest"
    r"|validateBody|validationResult|readValidatedBody|getValidatedQuery|TypeCompiler\.Compile|ajv\.compile)\b"
    r"|\bbody\(\s*[\"'][\w.]+[\"']\s*\)\s*\.\s*\w+|\.input\(\s*(?:z\b|\w*[sS]chema)|@Body\(\)\s*\w+\s*:\s*\w*(?:Dto|DTO|Input|Request)\b"
)
"""A schema that the framework or a validator holds the request against."""
TAKES = re.compile(
    r"\b(?:const|let|var)\s*(?:\{(?P<parts>[^{}]{1,600})\}|(?P<whole>\w+))\s*(?::[^=\n]{1,200})?=\s*(?:\(?\s*await\s+)?(?P<given>[\w.]+)"
)
"""A declaration that takes something apart or gives it a name."""
TYPED = re.compile(
    r"\btypeof\s+|\bArray\.isArray\(|\.length\s*[<>]|\bisNaN\(|\bNumber\.\w+\(|\binstanceof\b|[<>]=?\s*\d"
)
CONDITION = re.compile(
    r"\bif\s*\((?P<test>[^{};\n]{1,300}?(?:\n[^{};\n]{1,200}){0,3}?)\)\s*(?:\{\s*)?(?:return|throw|res\b|reply\b|ctx\b)"
)


class ScriptContracts(Struct, frozen=True, dict=True):
    """The input contract of every file that answers requests and leads to a model."""

    javascript: JavaScript

    @classmethod
    def gather(cls, javascript: JavaScript) -> Self:
        """From the text of the sources."""
        return cls(javascript)

    @cached_property
    def all(self) -> tuple[Contract, ...]:
        """One for each file that handles requests; where no import leads to a model, by what paths say."""
        asking = {path for path, _ in self.javascript.answering}
        leading = tuple(self._handling(self.javascript.leading))
        named = ((path, text) for path, text in self.javascript.sources if ASKS.search(path)) if asking else ()
        found = leading or self._handling(named)
        return tuple(_judged(path, text, at, hands_on=path in asking) for path, text, at in found)

    def _handling(self, sources: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, int]]:
        """The files among these that handle requests, with the place where one is read."""
        for path, text in sources:
            if HANDLES.search(text) is not None and (read := READS.search(text)) is not None:
                yield path, text, read.start()


def _judged(path: str, text: str, read: int, *, hands_on: bool) -> Contract:
    at = _at(path, text, read)
    if schema := SCHEMA.search(text):
        return Contract("checked", "the request is held against a schema", _at(path, text, schema.start()))
    tests = list(_tests(text, frozenset(_taken(text))))
    if sum(TYPED.search(test) is not None for test in tests) > 1:
        return Contract("checked", "the handler checks types and ranges itself", at)
    if tests:
        return Contract("partly", f"only this is asked of the request: `{' '.join(tests[0].split())[:60]}`", at)
    if hands_on:
        return Contract("partly", "the request goes on as it comes to a client that has its own types", at)
    return Contract("raw", "the request is taken as it comes, unchecked", at)


def _taken(text: str) -> Iterator[str]:
    """The names under which a file knows what was sent."""
    whole = {"body"}
    for found in TAKES.finditer(text):
        given = found["given"]
        sent = READS.search(text, found.start("given"), found.end() + 40)
        if (sent is None or sent.start() != found.start("given")) and given not in whole:
            continue
        if found["whole"]:
            whole.add(found["whole"])
        yield from re.findall(r"\w+", found["parts"] or found["whole"])
    yield from ("req.body", "request.body", "req.file", "request.file")


def _tests(text: str, names: frozenset[str]) -> Iterator[str]:
    """Conditions on what was sent that end the request."""
    for found in CONDITION.finditer(text):
        named = set(re.findall(r"[A-Za-z_]\w*(?:\.\w+)?", found["test"]))
        if named & names or {name.partition(".")[0] for name in named} & names:
            yield found["test"].strip()


def _at(path: str, text: str, start: int) -> Location:
    return Location(path=path, line=text.count("\n", 0, start) + 1)
