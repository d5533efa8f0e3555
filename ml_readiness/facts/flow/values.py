"""What a variable can hold while an analysed program is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ml_readiness.facts.flow.events import Evaluation, Fit, Training
    from ml_readiness.facts.flow.rows import Rows
    from ml_readiness.facts.flow.written import Sides
    from ml_readiness.parsers.flow import Body

NO_FITS: frozenset[Fit] = frozenset()


class Value:
    """Anything an expression can come to."""

    __slots__ = ()


class Data(Value):
    """Rows of a data set, a statistic of them, or something not followed; with what was learned from which rows."""

    __slots__ = ("base", "columns", "fits", "form", "made", "names", "pending", "rows", "several", "sig")

    def __init__(
        self,
        rows: Rows | None = None,
        fits: frozenset[Fit] = NO_FITS,
        pending: frozenset[Fit] = NO_FITS,
        form: str = "",
        sig: Hashable = None,
    ) -> None:
        self.rows = rows
        """None for numbers, tables of statistics that lost their rows, and what is not followed."""
        self.fits = fits
        """What was learned from rows and is contained in every column."""
        self.columns: dict[str, frozenset[Fit]] | None = None
        """What is contained in some columns only."""
        self.pending = pending
        """What this statistic says about its rows; becomes part of other data that it is combined with."""
        self.form = form
        """`row` (one row at a time), `index` (positions or labels of rows), `flag` (true or false),
        `group` (rows by group), `at` (loc, iloc), `columns` (names of columns)."""
        self.sig = sig
        """Equal for values that are known to be equal."""
        self.base: tuple[Data, str | None] | None = None
        """The frame and the column of it that this is a view of."""
        self.made: Evaluation | None = None
        """The question to a model that this is the answer to."""
        self.several = False
        """Whether it may be the answer to another question as well."""
        self.names: tuple[str, ...] = ()
        """The names of its columns in their order, where both are written down."""

    def __repr__(self) -> str:
        return f"Data({self.rows}, {set(self.fits)}, {self.columns}, {set(self.pending)}, {self.form!r})"

    @property
    def learned(self) -> frozenset[Fit]:
        """Everything contained in any column."""
        if not self.columns:
            return self.fits
        return self.fits.union(*self.columns.values())

    @property
    def flowing(self) -> frozenset[Fit]:
        """What goes into data that is combined with this value."""
        return self.learned | self.pending

    def alike(self, form: str = "") -> Data:
        """The same, or some of its rows, with the same columns in the same order."""
        made = self.derived(form=form)
        made.names = self.names
        return made

    def derived(self, rows: Rows | None = None, form: str = "") -> Data:
        """Other data made from this row by row."""
        made = Data(rows or self.rows, self.fits, self.pending, form)
        if self.columns:
            made.columns = dict(self.columns)
        made.made, made.several = self.made, self.several
        return made


NOTHING = Data()
"""What is not followed."""


class Thing(Value):
    """An object of a library: a transformer, a model, a splitter, or one whose class is not known."""

    __slots__ = (
        "arguments",
        "children",
        "columns",
        "fits",
        "holds_rows",
        "line",
        "name",
        "options",
        "path",
        "role",
        "saved",
        "source",
        "trainings",
    )

    def __init__(self, name: str, role: str, path: str, line: int) -> None:
        self.name = name
        """The dotted name of the class or function that made it."""
        self.role = role
        self.path = path
        self.line = line
        self.fits: frozenset[Fit] = NO_FITS
        """What it has learned from which rows."""
        self.trainings: list[Training] = []
        self.columns: tuple[str, ...] = ()
        """The columns that it was fitted on, in their order, where these are written down."""
        self.children: list[tuple[str, Value]] = []
        """Steps of a pipeline, the estimator of a search, with their names."""
        self.arguments: list[Value] = []
        self.options: dict[str, Value] = {}
        self.source: Data | None = None
        """The data that its constructor was given, or that it turned out to be."""
        self.holds_rows = False
        """Whether it was used as data, so that it is data."""
        self.saved = False

    def __repr__(self) -> str:
        return f"Thing({self.name}, {self.role})"


class Const(Value):
    """A constant that is written down."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Const({self.value!r})"


class Text(Value):
    """A string with holes: what is not known is a `*`."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Seq(Value):
    """A list, tuple or set."""

    __slots__ = ("exact", "items")

    def __init__(self, items: list[Value], exact: bool = True) -> None:
        self.items = items
        self.exact = exact
        """Whether these are all items, in order; else every item is like one of these."""

    def __repr__(self) -> str:
        return f"Seq({self.items!r}, {self.exact})"


class Map(Value):
    """A dictionary, by constant keys; the key None holds what was put under others."""

    __slots__ = ("items",)

    def __init__(self, items: dict[Any, Value]) -> None:
        self.items = items

    def __repr__(self) -> str:
        return f"Map({self.items!r})"


class Slice(Value):
    """`lower:upper`."""

    __slots__ = ("lower", "step", "upper")

    def __init__(self, lower: Value, upper: Value, step: Value) -> None:
        self.lower = lower
        self.upper = upper
        self.step = step


class Spread(Value):
    """`*values` among arguments."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


class Ext(Value):
    """A name of a library, or a name that is not bound anywhere."""

    __slots__ = ("inert", "name")

    def __init__(self, name: str, inert: bool = False) -> None:
        self.name = name
        self.inert = inert
        """Whether nothing that its methods are given comes out again."""

    def __repr__(self) -> str:
        return f"Ext({self.name})"


class Choice(Value):
    """One of several values, which one depends on the run."""

    __slots__ = ("options",)

    def __init__(self, options: tuple[Value, ...]) -> None:
        self.options = options

    def __repr__(self) -> str:
        return f"Choice{self.options!r}"


class Frame(Struct, eq=False):
    """The variables of a running body."""

    unit: Any
    body: Body
    outer: Frame | None
    variables: dict[str, Value] = field(default_factory=dict[str, Value])
    shared: frozenset[str] = frozenset()
    """Names declared global or nonlocal."""
    returned: Value | None = None
    yielded: list[Value] = field(default_factory=list[Value])
    line: int = 0
    branches: int = 0
    """How many branches deep the current instruction is."""
    sides: list[Sides] = field(default_factory=list["Sides"])
    """What these branches have written into objects."""
    passed: frozenset[str] = frozenset()
    """Parameters that the call mentions."""


class Function(Struct, Value, eq=False):
    """A function of the project."""

    body: Body
    frame: Frame
    defaults: dict[str, Value]
    decorators: list[Value]
    bound: Value | None = None
    """The object that it is a method of."""
    owner: Class | None = None


class Class(Struct, Value, eq=False):
    """A class of the project."""

    name: str
    unit: Any
    bases: list[Value]
    members: dict[str, Value]


class Obj(Struct, Value, eq=False):
    """An object of a class of the project."""

    made_of: Class
    attributes: dict[str, Value] = field(default_factory=dict[str, Value])


class Module(Struct, Value, eq=False):
    """A module of the project."""

    unit: Any


class Method(Struct, Value, eq=False):
    """A method that was looked up but not yet called."""

    receiver: Value
    name: str
