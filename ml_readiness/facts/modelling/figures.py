"""Figures of a model's quality in expressions: what is one, and what it is held against."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ml_readiness import regex as re

if TYPE_CHECKING:
    from ml_readiness.parsers.expressions import Expr

WORDS = (
    r"acc|accuracy|auc|auroc|roc_auc|f1|fbeta|f_beta|scores?|rmse|mse|mae|mape|smape|r2|r2_score|r_squared|precision|recall|ndcg|mrr|iou"
    r"|miou|dice|bleu|rouge\w*|wer|cer|perplexity|metrics?|error_rate|silhouette|coherence|auprc|kappa|mcc|log_?loss|hit_rate|map50?"
    r"|rewards?|psnr|ssim|fid|quality|pass_rate|performance|faithfulness|relevanc[ey]|hallucination|map"
)
METRIC = re.compile(rf"(?:^|[_\W])(?:{WORDS})(?:$|[_\W\d])", re.IGNORECASE)
LOSS = re.compile(r"(?:^|[_\W])(?:loss|losses|val_loss|error|errors)(?:$|[_\W\d])", re.IGNORECASE)
NOT_MODEL = re.compile(
    r"threshold$|^(?:min|max|n|num|len)_|metric_name|metrics?_(?:to|key|name|fn|func|list|type)|score_(?:fn|func)",
    re.IGNORECASE,
)
ORDER = frozenset(["<", ">", "<=", ">="])
ENDS = frozenset(["0", "1", "0.0", "1.0", "-1", "100", "100.0", "-1.0"])
"""The ends of the scales of figures: everything lies between them."""
CENTRED = re.compile(r"r2|r_squared|kappa|mcc|silhouette", re.IGNORECASE)
"""Figures that are above nought only for a model that is better than guessing."""
COUNTS = frozenset(["len", "type", "isinstance", "str", "repr", "hasattr", "set", "sorted", "keys", "shape", "size",
                    "ndim", "dtype", "in_features", "out_features", "num_classes", "n_features"])  # fmt: skip
"""What is asked about a figure's container and not about the figure."""
ROLES = re.compile(
    r"(?:^|_)(?:new|old|candidate|champion|challenger|current|previous|prev|baseline|incumbent|production|prod|deployed)(?=_|$)",
    re.IGNORECASE,
)
"""Whose a value is, where two models are compared."""
NUMBERS = frozenset(["int", "float"])
REMEMBERED = 20_000
"""Names whose answer is not worked out again: the same occur everywhere in a project."""


def says_figure(word: str, known: Container[str] = ()) -> bool:
    """Whether a name is that of a figure of quality, or one of those that are `known` to hold one."""
    return (_is_metric(word) or word in known) and NOT_MODEL.search(last(word)) is None


@lru_cache(maxsize=REMEMBERED)
def _is_metric(word: str) -> bool:
    return METRIC.search(word) is not None


def is_figure(value: Expr, known: Container[str] = ()) -> bool:
    """Whether a value is a figure of quality, or is computed from one."""
    return any(says_figure(word, known) for word in words_of(value))


def words_of(value: Expr) -> Iterator[str]:
    """The names and keys that a value is read from; what is only counted or described is left out."""
    stack = [value]
    while stack:
        each = stack.pop()
        if each.kind == "name" and last(each.text) not in COUNTS:
            yield each.text
        elif each.kind == "item" and len(each.items) > 1:
            stack.append(each.items[0])
            if each.items[1].kind == "str":
                yield each.items[1].text
        elif each.kind == "call" and last(each.text) not in COUNTS:
            yield each.text
            yield from (item.text for item in each.items[:2] if item.kind == "str" and last(each.text) == "get")
            stack.extend(each.items)
        elif each.kind not in {"call", "format", "dict"}:
            stack.extend(each.items)


def bars(test: Expr, known: Container[str] = (), names: Collection[str] = ()) -> Iterator[Expr]:
    """The comparisons within a test that hold a figure against a bar: a number within its scale, or another figure.

    `names` are those that the source reads in the test, where an expression has what they stand for.
    """
    for each in test.walk():
        if each.kind == "compare" and ORDER.intersection(each.text.split()) and not _is_range(each):
            figures = _figures(each, known, names)
            if figures and not _is_end(each, [*words_of(figures[0]), *names]):
                yield each


def fixed(test: Expr, known: Container[str] = (), names: Collection[str] = ()) -> Iterator[Expr]:
    """The comparisons within a test that want a figure to be one number; whole numbers count something."""
    for each in test.walk():
        if each.kind == "compare" and each.text == "==" and (figures := _figures(each, known, names)):
            wanted = [part for side in each.items if side is not figures[0] for part in side.walk()]
            if any(part.kind == "float" and part.text != "0.0" for part in wanted):
                yield each


def is_rivalry(compare: Expr) -> bool:
    """Whether two values are compared that differ only in whose they are: `new_util >= old_util - 0.02`."""
    if not ORDER.intersection(compare.text.split()) or len(compare.items) != 2:
        return False
    left, right = ({last(w) for w in words_of(side) if ROLES.search(last(w))} for side in compare.items)
    return any(a != b and ROLES.sub("", a) == ROLES.sub("", b) for a in left for b in right)


def _is_range(compare: Expr) -> bool:
    """Whether a value only has to lie between two constants."""
    return len(compare.items) > 2 and sum(each.kind in NUMBERS for each in compare.items) > 1


def _figures(compare: Expr, known: Container[str], names: Collection[str]) -> list[Expr]:
    """The sides of a comparison that are figures; where the source says that there is one, any value may be it."""
    if not names:
        return [side for side in compare.items if is_figure(side, known)]
    if not any(says_figure(word, known) for word in (*names, *_keys(compare))):
        return []
    return [side for side in compare.items if not side.is_constant and last(side.text) not in COUNTS]


def _keys(value: Expr) -> Iterator[str]:
    """The keys by which values are taken out of results."""
    for each in value.walk():
        if each.kind == "item" and len(each.items) > 1 and each.items[1].kind == "str":
            yield each.items[1].text


def _is_end(compare: Expr, words: Iterable[str]) -> bool:
    """Whether a figure is only held against an end of its scale."""
    ends = any(each.kind in NUMBERS and each.text in ENDS for each in compare.items)
    centred = any(CENTRED.search(word) for word in words)
    return ends and not (centred and {"<", ">"}.intersection(compare.text.split()))


def last(name: str) -> str:
    """What a dotted name ends with."""
    return name.rpartition(".")[2].lstrip(":?")
