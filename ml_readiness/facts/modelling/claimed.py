"""What calls of assertion libraries claim, as comparisons: unittest, nose, numpy, PyHamcrest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.parsers.expressions import Expr

if TYPE_CHECKING:
    from ml_readiness.parsers.python import Call

ASSERTIONS = {
    "assertGreater": ">", "assertGreaterEqual": ">=", "assertLess": "<", "assertLessEqual": "<=",
    "assert_greater": ">", "assert_greater_equal": ">=", "assert_less": "<", "assert_less_equal": "<=",
    "assert_array_less": "<", "assertAlmostEqual": "==", "assert_almost_equal": "==", "assert_allclose": "==",
}  # fmt: skip
"""The comparisons of unittest, nose, scikit-learn and numpy."""
MATCHERS = {
    "greater_than": ">", "greater_than_or_equal_to": ">=", "less_than": "<", "less_than_or_equal_to": "<=",
    "close_to": "==", "equal_to": "==",
}  # fmt: skip
"""Matchers of PyHamcrest that a value is handed to."""
HANDS_ON = frozenset(["is_", "all_of", "described_as"])
"""Matchers that only pass on what they are given."""
WANTED = frozenset(["approx", *MATCHERS, *HANDS_ON])


def claimed(call: Call) -> Expr | None:
    """What a call asserts, as a test; `None` for calls that assert nothing of two values."""
    method = call.method
    if method == "assertTrue":
        return call.argument(0, "expr")
    if method in ASSERTIONS:
        return Expr("compare", ASSERTIONS[method], call.args[:2])
    if method == "assert_that" and len(call.args) > 1:
        return _matched(call.args[0], call.args[1])
    return None


def says_wanted(call: Call) -> bool:
    """Whether the arguments of a call are what a test wants, and not what it puts in."""
    return call.method in WANTED or claimed(call) is not None


def _matched(value: Expr, matcher: Expr) -> Expr | None:
    """A value compared with what a matcher asks for."""
    name = matcher.text.rpartition(".")[2]
    if name in MATCHERS and matcher.items:
        return Expr("compare", MATCHERS[name], (value, matcher.items[0]))
    return _matched(value, matcher.items[0]) if name in HANDS_ON and matcher.items else None
