"""Follows the instructions of a project's files, with sets of rows and learned state in place of real values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from ml_readiness.facts.flow.branching import Ends, decided, ends
from ml_readiness.facts.flow.calls import Call, ask, invoke
from ml_readiness.facts.flow.events import Events
from ml_readiness.facts.flow.externals import MODULES_OF_FUNCTIONS
from ml_readiness.facts.flow.joining import elements, join, rows_of
from ml_readiness.facts.flow.knowledge import Knowledge, knowledge
from ml_readiness.facts.flow.operations import HANDLERS
from ml_readiness.facts.flow.rows import Rows, Universe
from ml_readiness.facts.flow.shelf import Shelf
from ml_readiness.facts.flow.unknowns import argument
from ml_readiness.facts.flow.values import NOTHING, Const, Data, Ext, Frame, Function, Map, Seq, Thing, Value
from ml_readiness.facts.flow.written import Sides

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ml_readiness.parsers.flow import Body, FlowFile, Op


MAX_DEPTH = 14
"""Calls within calls that are followed."""


STEPS_FOR_EACH = 12
"""How often each instruction of a file may be followed, on average."""
STEPS_AT_LEAST = 20_000
STEPS_AT_ONCE = 600_000
"""Before another file gets its turn."""
STEPS_AT_MOST = 6_000_000
"""In one project."""
MAX_VISITS = 40
"""How often one function is followed; later calls are taken to pass their data on."""


class Unit(Struct, eq=False):
    """A file that is followed."""

    path: str
    file: FlowFile
    pool: list[Value | str]
    frame: Frame | None = None
    running: bool = False
    arguments: tuple[Value, ...] = ()
    """What the command line passes, if it is known."""


class Branch(Struct, eq=False):
    """An `if` that is being followed."""

    saved: dict[str, Value]
    then: dict[str, Value] | None = None
    then_left: bool = False
    left: bool = False
    """Whether the current side ends in `return`, `raise`, `break` or `continue`."""
    handles: bool = False
    """Whether it is what is done after an error, `except FileNotFoundError:`."""


class Taken(Struct, eq=False):
    """An `if` of which only one side is followed, since the call decides it."""

    end: int


class Loop(Struct, eq=False):
    """A loop that is being followed."""

    start: int
    items: list[Value]
    around: int = 0
    """The number of the loop outside."""
    done: int = 0


def _no_words(path: str) -> tuple[str, ...] | None:
    return None


def _no_configuration(path: str, importer: str) -> Value | None:
    return None


class Machine(Struct, eq=False):
    """The state of one walk through a project."""

    find: Callable[[str, str], Unit | None]
    """The unit of a module name, as a path imports it."""
    budget: int
    universe: Universe = field(default_factory=Universe)
    events: Events = field(default_factory=Events)
    knowledge: Knowledge = field(default_factory=knowledge)
    steps: int = 0
    depth: int = 0
    loop: int = 0
    """The number of the innermost loop whose passes are not told apart; 0 outside loops."""
    varying: dict[int, frozenset[Rows]] = field(default_factory=dict[int, frozenset["Rows"]])
    """For each loop, the rows that it goes through: others in each pass."""
    visits: dict[int, int] = field(default_factory=dict[int, int])
    ends: dict[int, Ends] = field(default_factory=dict[int, Ends])
    """Where branches end, by body."""
    names: dict[str, Ext] = field(default_factory=dict[str, Ext])
    guessed: dict[Rows, Thing] = field(default_factory=dict["Rows", "Thing"])
    """Parameters that are used as learners."""
    given: dict[tuple[str, str, str], Thing] = field(default_factory=dict[tuple[str, str, str], "Thing"])
    """Parameters that nothing gives a value, by path, function and name."""
    shelf: Shelf = field(default_factory=Shelf)
    autologs: bool = False
    """Whether a tracker was told to save every model that is trained from here on."""
    script: str = ""
    """The path of the file that is being followed as if it were run."""
    words: Callable[[str], tuple[str, ...] | None] = _no_words
    """The command line of a script, as far as it is known."""
    configuration: Callable[[str, str], Value | None] = _no_configuration
    """What a configuration file holds, by its path and that of the script."""

    @property
    def exhausted(self) -> bool:
        """Whether the budget is used up."""
        return self.steps > self.budget

    def module(self, unit: Unit) -> Frame:
        """Follows a module from its first to its last statement, once."""
        if unit.frame is None:
            unit.frame = Frame(unit, unit.file.bodies[0], None)
            self.allow(unit)
            self.run(unit.frame)
        return unit.frame

    def allow(self, unit: Unit) -> None:
        """Adds what a file may use to the budget."""
        size = sum(len(body.ops) for body in unit.file.bodies)
        allowed = max(self.budget, self.steps) + STEPS_AT_LEAST + STEPS_FOR_EACH * size
        self.budget = min(STEPS_AT_MOST, allowed, self.steps + STEPS_AT_ONCE)

    def enter(self, function: Function, args: list[Value], kw: Mapping[str, Value], line: int = 0) -> Value:
        """Follows a call of a function of the project; its result."""
        body = function.body
        visits = self.visits.get(id(body), 0)
        if self.depth >= MAX_DEPTH or visits >= MAX_VISITS or self.exhausted:
            return next((arg for arg in args if isinstance(arg, Data) and arg.rows is not None), NOTHING)
        self.visits[id(body)] = visits + 1
        frame = Frame(function.frame.unit, body, function.frame, line=line)
        self._bind(function, frame, args, kw)
        self.depth += 1
        self.events.enter(f":{frame.unit.path}:{body.name}")
        try:
            self.run(frame)
        finally:
            self.events.trail.pop()
            self.depth -= 1
        if body.is_generator:
            return Seq(frame.yielded, exact=False)
        return frame.returned if frame.returned is not None else NOTHING

    def _bind(self, function: Function, frame: Frame, args: list[Value], kw: Mapping[str, Value]) -> None:
        body = function.body
        if function.bound is not None:
            args = [function.bound, *args]
        variables = frame.variables
        variables.update(zip(body.parameters, args, strict=False))
        for name in body.parameters[len(args) :]:
            variables[name] = kw[name] if name in kw else self._left_out(function, frame, name)
        if body.rest:
            variables[body.rest] = Seq(args[len(body.parameters) :])
        extra: dict[object, Value] = {}
        for name, value in kw.items():
            if name in body.parameters:
                variables[name] = value
            elif name == "**" and isinstance(value, Map):
                for key, inner in value.items.items():
                    if key in body.parameters:
                        variables[str(key)] = inner
                    else:
                        extra[key] = inner
            else:
                extra[name] = value
        if body.extra:
            variables[body.extra] = Map(extra)
        frame.passed = frozenset(body.parameters[: len(args)]).union(*[(each,) for each in kw])

    def _left_out(self, function: Function, frame: Frame, name: str) -> Value:
        """What a parameter holds that the call leaves out: `None` means nothing only where the call is written."""
        default = function.defaults.get(name)
        if frame.line and isinstance(default, Const) and default.value is None:
            return default
        return argument(self, function, name)

    def run(self, frame: Frame) -> None:
        """Follows the instructions of a body."""
        ops = frame.body.ops
        pool = frame.unit.pool
        results: list[Value] = [NOTHING] * len(ops)
        stack: list[Branch | Loop | Taken] = []
        position = 0
        self.steps += len(ops)
        end = len(ops)
        handlers = HANDLERS
        handling = self.events.handling
        while position < end:
            op = ops[position]
            values: list[Value] = []
            for operand in op.args:
                if operand >= 0:
                    values.append(results[operand])
                    continue
                value = pool[~operand]
                if type(value) is str:
                    known = frame.variables.get(value) if not frame.shared else None
                    values.append(known if known is not None else self.lookup(frame, value))
                else:
                    values.append(value)
            handler = handlers.get(op.code)
            if handler is not None:
                results[position] = handler(self, frame, op, values)
            else:
                position = self._control(frame, op, values, results, stack, position)
            position += 1
        self.events.handling = handling

    def _control(
        self,
        frame: Frame,
        op: Op,
        values: list[Value],
        results: list[Value],
        stack: list[Branch | Loop | Taken],
        position: int,
    ) -> int:
        """Follows a branch, a loop or a way out; the position to go on after."""
        code = op.code
        if code == "if":
            holds = decided(frame, op.args[0]) if op.args else None
            if holds is not None:
                middle, end = self._ends(frame.body).get(position, (position, len(frame.body.ops)))
                stack.append(Taken(end))
                return position if holds else middle
            stack.append(Branch(dict(frame.variables), handles=not op.args))
            self.events.handling += not op.args
            frame.sides.append(Sides())
            frame.branches += 1
        elif code == "else":
            branch = stack[-1] if stack else None
            if isinstance(branch, Taken):
                stack.pop()
                return branch.end
            if isinstance(branch, Branch):
                self.events.handling -= branch.handles
                branch.then, branch.then_left, branch.left = frame.variables, branch.left, False
                frame.variables = branch.saved
                frame.sides[-1].turn()
        elif code == "endif":
            branch = stack.pop() if stack else None
            if isinstance(branch, Branch):
                frame.branches -= 1
                self._merge(frame, branch, stack)
        elif code in {"for", "while"}:
            items: list[Value] = elements(values[0], self.universe) if code == "for" else [NOTHING]
            stack.append(Loop(position, items, around=self.loop))
            self.loop = self.universe.loop = self.loop if len(items) > 1 else self.events.tick()
            self.varying[self.loop] = rows_of(items[0])
            results[position] = items[0]
        elif code == "endfor":
            loop = stack[-1] if stack else None
            if isinstance(loop, Loop):
                loop.done += 1
                if loop.done < len(loop.items) and not self.exhausted:
                    self.steps += position - loop.start
                    results[loop.start] = loop.items[loop.done]
                    return loop.start
                stack.pop()
                self.loop = self.universe.loop = loop.around
        elif code == "return":
            value = values[0] if values else NOTHING
            frame.returned = value if frame.returned is None else join(frame.returned, value, self.universe)
            return _left(frame, stack, position)
        elif code == "leave":
            _leave(stack)
        return position

    def _ends(self, body: Body) -> Ends:
        found = self.ends.get(id(body))
        if found is None:
            found = self.ends[id(body)] = ends(body)
        return found

    def _merge(self, frame: Frame, branch: Branch, stack: list[Branch | Loop | Taken]) -> None:
        """The variables after an `if`: from either side, or from the side that goes on."""
        then = branch.then if branch.then is not None else branch.saved
        other = frame.variables
        written = frame.sides.pop().merge(self.universe, then_left=branch.then_left, left=branch.left)
        if frame.sides:
            frame.sides[-1].now.include(written)
        if branch.then_left and branch.left:
            _leave(stack)
        elif branch.left:
            frame.variables = then
        elif not branch.then_left:
            for name, value in then.items():
                known = other.get(name)
                if known is None:
                    other[name] = value
                elif known is not value:
                    other[name] = join(value, known, self.universe)

    def invoke(
        self, frame: Frame, line: int, callee: Value, args: list[Value], kw: dict[str, Value] | None = None
    ) -> Value:
        """The result of a call that is not written in the program but follows from it."""
        return invoke(Call(self, frame, line, args, kw or {}), callee)

    def asked(self, call: Call, receiver: Value, name: str) -> Value:
        """The result of a method call on another receiver than the one that is written."""
        return ask(call, receiver, name)

    def reads(self, target: Value | None) -> object:
        """What tells apart two reads at one place."""
        return (id(target), self.events.tick()) if target is not None else None

    def lookup(self, frame: Frame, name: str) -> Value:
        """The value of a name; names that are bound nowhere are taken for names of libraries."""
        current: Frame | None = frame
        if name in frame.shared:
            current = frame.unit.frame
        while current is not None:
            value = current.variables.get(name)
            if value is not None:
                return value
            current = current.outer
            while current is not None and current.body.kind == "class":
                current = current.outer
        return self.external(name)

    def external(self, name: str) -> Ext:
        """A name of a library, always the same object."""
        found = self.names.get(name)
        if found is None:
            inert = name.partition(".")[0] in self.knowledge.inert and name not in MODULES_OF_FUNCTIONS
            found = self.names[name] = Ext(name, inert)
        return found


def _leave(stack: list[Branch | Loop | Taken]) -> None:
    around = next((each for each in reversed(stack) if not isinstance(each, Taken)), None)
    if isinstance(around, Branch):
        around.left = True


def _left(frame: Frame, stack: list[Branch | Loop | Taken], position: int) -> int:
    """The position to go on after a `return`: the end, where what the caller passed leads here in any case."""
    if stack and all(isinstance(each, Taken) for each in stack):
        return len(frame.body.ops)
    _leave(stack)
    return position
