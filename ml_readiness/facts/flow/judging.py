"""How the models of a project are judged: on rows they were trained on, on rows that chose them, or on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.facts.flow.rows import covers, meet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ml_readiness.facts.flow.events import Comparison, Evaluation, Events, Training
    from ml_readiness.facts.flow.rows import Rows
    from ml_readiness.facts.flow.verdicts import Pair

ON_TRAINING_ROWS = frozenset({"same", "inside"})


class Judged(Struct, frozen=True):
    """One trained model and what it was asked."""

    training: Training
    pairs: tuple[Pair, ...]

    @property
    def unseen(self) -> tuple[Pair, ...]:
        """Evaluations on rows that it was not trained on."""
        return tuple(pair for pair in self.pairs if not pair.overlap)

    @property
    def on_training_rows(self) -> tuple[Pair, ...]:
        """Scores on rows that it was trained on."""
        scored = [pair for pair in self.pairs if pair.evaluation.scored and pair.evaluation.method != "forward"]
        return tuple(pair for pair in scored if pair.overlap in ON_TRAINING_ROWS)

    @property
    def on_copies(self) -> tuple[Pair, ...]:
        """Evaluations on copies of its training rows, or on rows that another split or slice put among them."""
        return tuple(pair for pair in self.pairs if pair.overlap in {"copies", "resplit", "partly"} and not pair.inner)


def judged(pairs: Iterable[Pair]) -> tuple[Judged, ...]:
    """The pairs by training."""
    found: dict[int, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(id(pair.training), []).append(pair)
    return tuple(Judged(group[0].training, tuple(group)) for group in found.values())


def of_unknown_models(events: Events) -> bool:
    """Whether a model is scored whose training was not seen: the scores that count may be there."""
    return any(each.training is None and each.scored for each in events.evaluations)


class Reuse(Struct, frozen=True):
    """The same rows asked again to choose between models, and no others kept for the end."""

    rows: Rows
    evaluations: tuple[Evaluation, ...]
    why: str

    @property
    def chooses(self) -> bool:
        """Whether they surely choose: not where two models are only shown side by side."""
        return not self.why.startswith("2 ")


def reused(events: Events) -> tuple[Reuse, ...]:
    """Rows on which models are chosen and reported alike."""
    by_rows: dict[Rows, list[Evaluation]] = {}
    for evaluation in events.evaluations:
        training = evaluation.training
        if evaluation.rows is None or training is None or training.rows is None or _in_folds(evaluation):
            continue
        if not meet(training.rows, evaluation.rows):
            by_rows.setdefault(evaluation.rows, []).append(evaluation)
    found = [Reuse(rows, tuple(asked), why) for rows, asked in by_rows.items() if (why := _why(asked))]
    return tuple(reuse for reuse in found if not _untouched(reuse.rows, by_rows))


def _why(asked: list[Evaluation]) -> str:
    """How the rows choose: by stopping a training, in a loop over settings, or between models; empty if they do not."""
    scored = [each for each in asked if each.scored or each.phase == "validation"]
    if any(each.phase == "validation" for each in scored) and any(each.phase != "validation" for each in scored):
        return "they also stop or watch the training"
    if any(each.repeated and each.phase != "validation" for each in scored):
        return "a loop over models or settings is scored on them"
    models = {id(each.training) for each in scored if each.phase != "validation"}
    return f"{len(models)} trained models are compared on them" if len(models) > 1 else ""


def _in_folds(evaluation: Evaluation) -> bool:
    """Whether each of its rows is asked about once, by the model of another fold."""
    rows = evaluation.rows
    if evaluation.phase == "folds" or rows is None:
        return True
    return rows.kind == "part" and isinstance(rows.selector[0], tuple) and rows.selector[0][:1] == ("folds",)


def _untouched(rows: Rows, by_rows: dict[Rows, list[Evaluation]]) -> bool:
    """Whether some other rows are asked once, by the model of these rows."""
    trainings = {id(each.training) for each in by_rows[rows]}
    for other, asked in by_rows.items():
        apart = other is not rows and not covers(rows, other) and not covers(other, rows)
        if apart and not _why(asked) and any(id(each.training) in trainings for each in asked):
            return True
    return False


def with_itself(comparison: Comparison) -> bool:
    """Whether both sides of a comparison are scores of one trained model on the same rows."""
    one, other = comparison.one, comparison.other
    same = one.training is other.training and one.rows is other.rows and one.method == other.method
    return one is not other and same and one.training is not None and one.method != "forward"
