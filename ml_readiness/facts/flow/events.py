"""What happened on the way: what was learned from which rows, trained, asked, split, saved and loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from ml_readiness.facts.flow.rows import Rows
    from ml_readiness.facts.flow.values import Thing, Value


class Place(Struct, frozen=True):
    """Where in the project."""

    path: str
    line: int
    """In a notebook, of its joined code."""


class Fit(Struct, frozen=True):
    """Something learned from rows."""

    kind: str
    """`scaling`, `imputation`, `statistic`... as the knowledge file names it."""
    name: str
    """The class, function or method that learned."""
    rows: Rows
    place: Place


class Training(Struct, eq=False):
    """A model was fitted."""

    model: Thing
    place: Place
    rows: Rows | None
    fits: frozenset[Fit]
    """What was learned before and is contained in the rows."""
    order: int = 0
    loop: int = 0
    """Which loop it was trained in; 0 outside loops."""
    inner: frozenset[Fit] = frozenset()
    """What the steps of the model itself learned from the rows."""
    evaluations: list[Evaluation] = field(default_factory=list["Evaluation"])


class Evaluation(Struct, eq=False):
    """A model was asked about rows."""

    model: Thing
    method: str
    place: Place
    rows: Rows | None
    fits: frozenset[Fit]
    phase: str = "test"
    """`test`, `validation` (the training call's own, for stopping or searching) or `folds`."""
    order: int = 0
    scored: bool = False
    """Whether a metric was computed from the answer."""
    training: Training | None = None
    single: bool = False
    """Whether it was asked row by row."""
    repeated: bool = False
    """Whether it was asked in a loop in which it was also trained."""
    moved_on: bool = False
    """Whether its answers become part of what it is asked next, as where a series is continued."""


class Comparison(Struct, eq=False):
    """Two scores were compared."""

    one: Evaluation
    other: Evaluation
    place: Place


class Splitting(Struct, eq=False):
    """Rows were divided."""

    name: str
    place: Place
    rows: Rows | None
    options: tuple[tuple[str, str], ...] = ()
    """Constant keyword arguments; `*` for those that are not constant."""
    fits: frozenset[Fit] = frozenset()
    """What was learned before and is contained in the rows, or put into them while the sides are only a column."""


class Stored(Struct, eq=False):
    """A value was written to, or read from, a file or registry."""

    value: Value
    target: str
    """The path with `*` for what is not known; empty where nothing is."""
    place: Place
    how: str = ""
    trail: tuple[str, ...] = ()
    """The script and the functions that led here, as `:path:name`."""
    home: str = ""
    """The folder in which the script is at home."""


class Use(Struct, frozen=True):
    """A learned object was applied to data: `transform`, `predict`."""

    thing: Thing
    method: str
    place: Place
    trail: tuple[str, ...]
    """The script and the functions that led here, as `:path:name`."""
    names: tuple[str, ...] = ()
    """The columns of the data, in their order, where these are written down."""
    rows: Rows | None = None
    """What it was fitted on, or asked about."""
    fits: frozenset[Fit] = frozenset()
    """What was learned before and is contained in these rows."""
    planned: bool = True
    """Whether it is done on other ways than after an error."""


MOST_USES = 4_000
MOST_TRAILS = 16
"""Ways to one function that are remembered."""


class Events(Struct):
    """Everything noted while one project was followed."""

    fits: dict[tuple[str, str, Rows, Place], Fit] = field(default_factory=dict[tuple[str, str, "Rows", "Place"], "Fit"])
    trainings: list[Training] = field(default_factory=list[Training])
    evaluations: list[Evaluation] = field(default_factory=list[Evaluation])
    splittings: list[Splitting] = field(default_factory=list[Splitting])
    numbered: dict[Rows, Splitting] = field(default_factory=dict["Rows", "Splitting"])
    """Rows that hold the number of their fold in a column."""
    comparisons: list[Comparison] = field(default_factory=list[Comparison])
    saved: list[Stored] = field(default_factory=list[Stored])
    loaded: list[Stored] = field(default_factory=list[Stored])
    uses: list[Use] = field(default_factory=list["Use"])
    trail: list[str] = field(default_factory=list[str])
    """The script and the functions that are being followed, as `:path:name`."""
    home: str = ""
    """The folder in which the script that is being followed is at home."""
    opened: set[Fit] = field(default_factory=set["Fit"])
    """What was learned and then taken out of its object as numbers or words."""
    lagged: dict[Rows, tuple[str, Place]] = field(default_factory=dict["Rows", "tuple[str, Place]"])
    """Rows that know of the rows before them: by what, and where."""
    learners: dict[Fit, Thing] = field(default_factory=dict["Fit", "Thing"])
    """The object that keeps what was learned, where there is one."""
    calls: dict[str, set[tuple[str, ...]]] = field(default_factory=dict[str, set[tuple[str, ...]]])
    """For each function that was followed, trails that led to it, itself left out."""
    fitted_by: dict[Fit, set[tuple[str, ...]]] = field(default_factory=dict["Fit", set[tuple[str, ...]]])
    """For each fit, trails that led to it."""
    reached: dict[Fit, dict[str, None]] = field(default_factory=dict["Fit", "dict[str, None]"])
    """For each fit, the scripts and functions that led to it, in the order in which they were followed."""
    planned: set[Fit] = field(default_factory=set["Fit"])
    """What is learned on other ways than after an error, `except FileNotFoundError:`."""
    handling: int = 0
    """How many handlers of errors are being followed, one in the other."""
    order: int = 0

    def tick(self) -> int:
        """The number of the next event."""
        self.order += 1
        return self.order

    def fit(self, kind: str, name: str, rows: Rows, place: Place) -> Fit:
        """What was learned at this place from these rows, as one object."""
        key = (kind, name, rows, place)
        found = self.fits.get(key)
        if found is None:
            found = self.fits[key] = Fit(kind, name, rows, place)
            self.reached[found] = {}
        if not self.handling:
            self.planned.add(found)
        self.reached[found].update(dict.fromkeys(self.trail))
        trails = self.fitted_by.setdefault(found, set())
        if len(trails) < MOST_TRAILS:
            trails.add(tuple(self.trail))
        return found

    def enter(self, function: str) -> None:
        """Remembers that a function is followed now."""
        trails = self.calls.setdefault(function, set())
        if len(trails) < MOST_TRAILS:
            trails.add(tuple(self.trail))
        self.trail.append(function)

    def load(self, value: Value, target: str, place: Place, how: str) -> None:
        """Remembers that a value was read."""
        self.loaded.append(Stored(value, target, place, how, tuple(self.trail), self.home))

    def save(self, value: Value, target: str, place: Place, how: str) -> None:
        """Remembers that a value was written."""
        self.saved.append(Stored(value, target, place, how, tuple(self.trail), self.home))

    def use(
        self,
        thing: Thing,
        method: str,
        place: Place,
        names: tuple[str, ...] = (),
        rows: Rows | None = None,
        fits: frozenset[Fit] = frozenset(),
    ) -> None:
        """Remembers that a learned object was applied, or fitted, here."""
        if len(self.uses) < MOST_USES:
            self.uses.append(Use(thing, method, place, tuple(self.trail), names, rows, fits, not self.handling))
