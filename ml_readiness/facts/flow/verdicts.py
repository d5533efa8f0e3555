"""What the rows of training and evaluation, and what was learned before, say about an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ml_readiness import regex as re
from ml_readiness.facts.flow.knowledge import knowledge
from ml_readiness.facts.flow.rows import covers, meet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.facts.flow.events import Evaluation, Events, Fit, Splitting, Training
    from ml_readiness.facts.flow.rows import Rows

ROW_FILTERS = frozenset({"mask", "dropna", "drop_duplicates", "query"})
OUTER = frozenset({"slice", "mask", "without", "isin", "label", "chosen"})
"""Ways to choose rows that leave others for a test."""
TRAINING = re.compile(r"(?:^|[^a-z])train(?:ing)?(?:[^a-z]|$)", re.IGNORECASE)
"""Names of data that say that it is the training part."""
PLAIN = frozenset({"statistic", "frequency", "ranking", "dummies", "codes"})
"""What is learned without an object that learns."""
ONLY_IF_LEARNED = PLAIN | {"binning"}
"""What may be made for the split alone, to draw the same share of each bin."""
IN_PART = frozenset({"copies", "resplit", "contains", "partly"})
"""Ways for rows to meet that leave evaluation rows which are not training rows."""


class Pair(Struct, frozen=True):
    """A model that was trained on some rows and asked about others."""

    training: Training
    evaluation: Evaluation
    overlap: str
    """How the rows meet, as `rows.meet` says; empty where they are not known to."""
    leaks: tuple[Fit, ...]
    """What was learned from rows of both sides before they were told apart."""
    refits: tuple[Fit, ...]
    """What was learned again, from the evaluation rows alone, and not only where an error was met."""
    clean: tuple[Fit, ...]
    """What was learned from the training rows alone."""

    @property
    def leaking(self) -> bool:
        """Whether the evaluation is on other rows, and these were seen before training all the same."""
        return bool(self.leaks) and (not self.overlap or self.overlap in IN_PART)

    @property
    def known(self) -> bool:
        """Whether it is known where the rows of both sides come from."""
        sides = (self.training.rows, self.evaluation.rows)
        return all(rows is not None and not rows.root.name.startswith("?") for rows in sides)

    @property
    def divided(self) -> bool:
        """Whether the project itself told the rows of both sides apart, and did not get them as two."""
        trained, asked = self.training.rows, self.evaluation.rows
        if trained is None or asked is None or trained.root is not asked.root:
            return False
        return not any(above.kind == "part" and above.selector[0] == "given" for above in asked.above)

    @property
    def inner(self) -> bool:
        """Whether only folds of a training part are concerned, whose scores choose settings and are not reported."""
        asked = self.evaluation.rows
        whole = asked.parent if asked is not None and self.evaluation.phase == "folds" else None
        return whole is not None and _is_set_apart(whole)

    @property
    def refitting(self) -> bool:
        """Whether the evaluation is on other rows, which something was fitted to once more."""
        return bool(self.refits) and not self.overlap


class Leak(Struct, frozen=True):
    """Fits of one kind in one file that saw the rows of evaluations."""

    fits: tuple[Fit, ...]
    pairs: tuple[Pair, ...]
    """The evaluations that they reach; empty where only the split was seen."""
    split: Splitting | None = None
    """The split that comes too late, where no evaluation was seen."""

    @property
    def first(self) -> Fit:
        """The first of the fits."""
        return self.fits[0]

    @property
    def divided(self) -> Rows | None:
        """Where the rows that were learned from are told apart; None where two data sets were put together."""
        asked = self.pairs[0].evaluation.rows if self.pairs else None
        return division(self.first.rows, asked) if asked is not None else None


def pairs(events: Events) -> Iterator[Pair]:
    """Every evaluation of a model whose training was seen."""
    for evaluation in events.evaluations:
        training = evaluation.training
        if training is None or training.rows is None or evaluation.rows is None or evaluation.moved_on:
            continue
        found = judge(training, evaluation)
        yield replace(found, refits=tuple(fit for fit in found.refits if fit in events.planned))


def judge(training: Training, evaluation: Evaluation) -> Pair:
    """One pair."""
    rows, asked = training.rows, evaluation.rows
    assert rows is not None  # noqa: S101
    assert asked is not None  # noqa: S101
    overlap = meet(rows, asked)
    apart = overlap == "contains" and (evaluation.single or _fills_gaps(rows, evaluation))
    if apart or (overlap == "copies" and _keeps_together(asked)):
        overlap = ""
    sides: dict[str, list[Fit]] = {"leak": [], "refit": [], "clean": [], "": []}
    for fit in sorted(training.fits | evaluation.fits | training.inner, key=_place):
        side = _side(fit, training, evaluation)
        if side == "leak" and overlap == "contains" and covers(asked, fit.rows):
            side = "clean"  # nothing was told apart from what was learned from
        sides["" if side != "clean" and fit in training.inner else side].append(fit)
    return Pair(training, evaluation, overlap, tuple(sides["leak"]), tuple(sides["refit"]), tuple(sides["clean"]))


def _fills_gaps(trained: Rows, evaluation: Evaluation) -> bool:
    """Whether it was trained on the complete rows of a table and asked, unscored, for what the others lack."""
    asked = evaluation.rows
    if evaluation.scored or asked is None or trained.parent is not asked or trained.kind != "subset":
        return False
    return trained.selector[0] == "dropna"


def _keeps_together(asked: Rows) -> bool:
    """Whether the rows were divided by groups, which copies of a row share."""
    return any(above.kind == "part" and above.name in knowledge().grouped for above in asked.above)


def _side(fit: Fit, training: Training, evaluation: Evaluation) -> str:
    rows, asked = training.rows, evaluation.rows
    assert rows is not None  # noqa: S101
    assert asked is not None  # noqa: S101
    if is_harmless(fit):
        return ""
    if _is_inner(fit.rows, evaluation):
        return "clean" if meet(fit.rows, rows) else ""
    if _of_a_member(fit.rows, rows, asked):
        return "leak"
    if not covers(fit.rows, asked):
        if _cuts_across(fit.rows, rows, asked):
            return "leak"
        return "clean" if meet(fit.rows, rows) else ""
    if not _is_division(fit, rows, asked):
        return "clean"
    if covers(fit.rows, rows) or meet(fit.rows, rows):
        return "leak"
    return "refit" if fit in evaluation.fits else ""


def _of_a_member(learned: Rows, trained: Rows, asked: Rows) -> bool:
    """Whether it was learned from one of several sets put together, one of which was chosen again and then divided."""
    whole = asked.root
    if whole.kind != "union" or trained.root is not whole or not any(covers(learned, each) for each in whole.members):
        return False
    return any(above is not whole and above.kind == "subset" for above in trained.above & asked.above)


def _is_inner(learned: Rows, evaluation: Evaluation) -> bool:
    """Whether only folds of an outer training part are concerned, whose scores choose settings and are not reported."""
    asked = evaluation.rows
    assert asked is not None  # noqa: S101
    in_folds = evaluation.phase in {"folds", "validation"} or (
        asked.kind == "part" and isinstance(asked.selector[0], tuple) and asked.selector[0][:1] == ("folds",)
    )
    if not in_folds:
        return False
    if learned.root.name.startswith("?"):
        return True
    return _is_set_apart(learned)


def _is_set_apart(rows: Rows) -> bool:
    """Whether rows were chosen so that others are left for a test, whichever of several sets they are."""
    chosen = any(
        above.kind == "part" or (above.kind == "subset" and above.selector[0] in OUTER) for above in rows.above
    )
    either = (above.members for above in rows.above if above.kind == "either")
    return chosen or any(all(_is_set_apart(member) for member in members) for members in either)


def _is_division(fit: Fit, rows: Rows, asked: Rows) -> bool:
    """Whether the rows are told apart by more than a slice of a parameter, which may as well be one sample."""
    if not fit.rows.root.name.startswith("?") or fit.kind not in PLAIN:
        return True
    return any(above.kind == "part" for side in (rows, asked) for above in side.above - fit.rows.above)


def _cuts_across(learned: Rows, trained: Rows, asked: Rows) -> bool:
    """Whether it was learned from a filtered part of a set before that was divided into training and evaluation."""
    if learned.kind != "subset" or learned.parent is None or learned.selector[0] not in ROW_FILTERS:
        return False
    if not covers(learned.parent, trained) or not covers(learned.parent, asked):
        return False
    related = learned in trained.above or trained in learned.above or asked in learned.above or covers(trained, learned)
    return not related


def leaks(found: Iterable[Pair], splittings: Iterable[Splitting] = ()) -> tuple[Leak, ...]:
    """The leaks of some pairs, and of splits that come after a fit; those of one kind in one file together."""
    fits: dict[tuple[str, str], dict[Fit, None]] = {}
    seen: dict[tuple[str, str], dict[int, Pair]] = {}
    late: dict[tuple[str, str], Splitting] = {}
    pairs_found = tuple(found)
    for pair in pairs_found:
        for fit in pair.leaks if pair.leaking else ():
            key = (fit.place.path, fit.kind)
            fits.setdefault(key, {})[fit] = None
            seen.setdefault(key, {})[id(pair)] = pair
    clean = {fit for pair in pairs_found for fit in pair.clean}
    for splitting in splittings:
        for fit in sorted(splitting.fits - clean, key=_place):
            key = (fit.place.path, fit.kind)
            if key not in seen and _comes_too_late(fit, splitting):
                fits.setdefault(key, {})[fit] = None
                late.setdefault(key, splitting)
    made = [
        Leak(tuple(sorted(fits[key], key=_place)), tuple(seen.get(key, {}).values()), late.get(key)) for key in fits
    ]
    return tuple(sorted(made, key=lambda leak: _place(leak.first)))


def _comes_too_late(fit: Fit, splitting: Splitting) -> bool:
    """Whether rows are divided after something was learned from all of them, and for the first time."""
    if is_harmless(fit) or fit.kind in ONLY_IF_LEARNED or splitting.rows is None:
        return False
    learned = fit.rows
    if learned.kind == "subset" and learned.parent is not None and learned.selector[0] in ROW_FILTERS:
        learned = learned.parent
    if not covers(learned, splitting.rows):
        return False
    return not any(above.kind == "part" for above in fit.rows.above)


def is_harmless(fit: Fit) -> bool:
    """Whether having learned it from all rows says nothing about the answers, as far as is known."""
    return fit.kind in knowledge().harmless or fit.kind == "unknown"


def _place(fit: Fit) -> tuple[str, int, str, str]:
    return fit.place.path, fit.place.line, fit.kind, fit.name


def division(learned: Rows, asked: Rows) -> Rows | None:
    """The set that the evaluation rows were first cut out as, from what was learned from."""
    rows: Rows | None = asked
    found = None
    while rows is not None and rows is not learned:
        if rows.kind == "part" or (rows.kind == "subset" and rows.selector[0] not in ("dropna", "drop_duplicates")):
            found = rows
        rows = rows.parent
    return found if rows is learned else None
