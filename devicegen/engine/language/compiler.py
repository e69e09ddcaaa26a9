"""Syntax to actions: every name and type is checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devicegen.engine.language import syntax
from devicegen.engine.language.expressions import Code, computed, converted, delayed, indexed
from devicegen.engine.language.formatter import formatted
from devicegen.engine.language.lexer import LocatedError
from devicegen.engine.language.mathematics import divide
from devicegen.engine.language.methods import find_method, methods_of
from devicegen.engine.language.parser import parse
from devicegen.engine.language.values import Requests, spoken
from devicegen.engine.language.world import Constant, Function, Refused, Signature, Variable, World
from devicegen.errors import ScriptError

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": divide,
}
_COMPARISON: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


@dataclass(frozen=True, slots=True)
class Action:
    """A checked statement. `run` does it; where `advances`, `run` gives a generator of requests instead."""

    run: Callable[[], Any]
    advances: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """A checked script: the top-level statements, each with its text as it is logged."""

    file: str
    steps: tuple[tuple[str, Action], ...]

    def execute(self, log: Callable[[str], None]) -> Requests:
        """Run the script; what moves time on is yielded as a request. `log` gets each statement before it runs."""
        for text, action in self.steps:
            log(text)
            if action.advances:
                yield from action.run()
            else:
                action.run()


class _Cell:
    """Where a variable of the script is kept."""

    __slots__ = ("kind", "value")

    def __init__(self, kind: type) -> None:
        self.kind, self.value = kind, None

    def read(self) -> Any:
        return self.value

    def write(self, value: Any) -> None:
        self.value = value


def compile_script(text: str, file: str, world: World) -> Program:
    """Parse and check a whole script.

    Raises LocatedError: ``file:line: found ..., expected ...``.
    """
    compiler = _Compiler(file, world)
    steps = tuple((formatted(node), compiler.statement(node)) for node in parse(text, file).statements)
    return Program(file, steps)


class _Compiler:
    """Checks one script; holds the scopes that are open at the place reached."""

    def __init__(self, file: str, world: World) -> None:
        self.file, self.world = file, world
        self.scopes: list[dict[str, Variable]] = [{}]

    def fail(self, line: int, message: str) -> LocatedError:
        return LocatedError(self.file, line, message)

    # -- statements

    def statement(self, node: syntax.Statement) -> Action:
        if isinstance(node, syntax.Assign):
            return self.define(node) if node.operator == ":=" else self.assign(node)
        if isinstance(node, syntax.Pragma):
            return self.pragma(node)
        if isinstance(node, syntax.Step):
            return self.step(node)
        if isinstance(node, syntax.Evaluate):
            return self.evaluate(node)
        self.scopes.append({})
        try:
            if isinstance(node, syntax.Block):
                return self.sequence(node)
            return self.conditional(node) if isinstance(node, syntax.If) else self.loop(node)
        finally:
            self.scopes.pop()

    def located(self, line: int, run: Callable[[], Any]) -> Action:
        """An action whose errors say the line they came from."""

        def action() -> None:
            try:
                run()
            except LocatedError:
                raise
            except ScriptError as error:
                raise self.fail(line, str(error)) from error

        return Action(action)

    def define(self, node: syntax.Assign) -> Action:
        if not isinstance(node.target, syntax.Name):
            raise self.fail(node.line, "found something else than a name left of ':=', expected a new name")
        name, value = node.target.text, self.expression(node.value)
        key = name.lower()
        taken = len(self.scopes) == 1 and not isinstance(self.world.find(name), Refused | None)
        if key in self.scopes[-1] or taken:
            owner = "" if key in self.scopes[-1] else " by the engine"
            raise self.fail(
                node.line, f"found {name} :=, but {name} is already defined{owner}: assign with '=', or rename"
            )
        if value.kind is type(None):
            raise self.fail(node.line, f"found nothing to keep in {name}: the right side has no value")
        cell = _Cell(value.kind)
        self.scopes[-1][key] = Variable(value.kind, cell.read, cell.write)
        run = value.run
        return self.located(node.line, lambda: cell.write(run()))

    def assign(self, node: syntax.Assign) -> Action:
        kind, write, now = self.target(node.target, node.line)
        value = self.expression(node.value)
        if node.operator in ("+=", "-="):
            left, right = self.convert(now, float, node.line), self.convert(value, float, node.line)
            value = computed(float, _ARITHMETIC[node.operator[0]], left, right)
        return self.writing(node, kind, write, value)

    def pragma(self, node: syntax.Pragma) -> Action:
        target = node.setting.target
        if not isinstance(target, syntax.Name) or not self.world.is_own(target.text):
            raise self.fail(
                node.line,
                f"found '{formatted(node)}', expected a setting that only mx3cpu has ({', '.join(self.world.own)}): "
                "write all others as statements",
            )
        return self.assign(node.setting)

    def step(self, node: syntax.Step) -> Action:
        kind, write, now = self.target(node.target, node.line)
        by = 1.0 if node.operator == "++" else -1.0
        return self.writing(node, kind, write, computed(float, lambda a: a + by, self.convert(now, float, node.line)))

    def writing(
        self, node: syntax.Assign | syntax.Step, kind: type, write: Callable[[Any], None], value: Code
    ) -> Action:
        what = f"assigning to {node.target.text}: " if isinstance(node.target, syntax.Name) else ""
        run = self.convert(value, kind, node.line, what).run
        return self.located(node.line, lambda: write(run()))

    def target(self, node: syntax.Expression, line: int) -> tuple[type, Callable[[Any], None], Code]:
        """Type, writer and present value of what stands left of an assignment."""
        if not isinstance(node, syntax.Name):
            raise self.fail(
                line, "found something that cannot be assigned to, expected the name of a variable or parameter"
            )
        entry, now = self.lookup(node), self.expression(node)
        if isinstance(entry, Variable) and entry.write is not None:
            return entry.kind, entry.write, now
        if isinstance(entry, Constant) and hasattr(entry.value, "input_kind"):
            return entry.value.input_kind, entry.value.assign, now
        raise self.fail(line, f"found an assignment to {node.text}, which cannot be changed")

    def evaluate(self, node: syntax.Evaluate) -> Action:
        if isinstance(node.expression, syntax.Call):
            function, signature, arguments = self.call_parts(node.expression)
            if signature.advances:
                return self.advancing(node.line, function, arguments)
            return self.located(node.line, self.call_code(function, signature, arguments).run)
        return self.located(node.line, self.expression(node.expression).run)

    def advancing(self, line: int, function: Code, arguments: list[Code]) -> Action:
        def requests() -> Requests:
            try:
                yield from function.run()(*(argument.run() for argument in arguments))
            except LocatedError:
                raise
            except ScriptError as error:
                raise self.fail(line, str(error)) from error

        return Action(requests, advances=True)

    def sequence(self, node: syntax.Block) -> Action:
        actions = [self.statement(inner) for inner in node.statements]
        if any(action.advances for action in actions):

            def requests() -> Requests:
                for action in actions:
                    if action.advances:
                        yield from action.run()
                    else:
                        action.run()

            return Action(requests, advances=True)
        runs = [action.run for action in actions]

        def run() -> None:
            for one in runs:
                one()

        return Action(run)

    def condition(self, node: syntax.Expression) -> Callable[[], bool]:
        run = self.convert(self.expression(node), bool, node.line, "as a condition: ").run

        def checked() -> bool:
            try:
                return run()
            except LocatedError:
                raise
            except ScriptError as error:
                raise self.fail(node.line, str(error)) from error

        return checked

    def conditional(self, node: syntax.If) -> Action:
        condition = self.condition(node.condition)
        body = self.sequence(node.body)
        otherwise = self.statement(node.otherwise) if node.otherwise else Action(lambda: None)
        if body.advances or otherwise.advances:

            def requests() -> Requests:
                chosen = body if condition() else otherwise
                if chosen.advances:
                    yield from chosen.run()
                else:
                    chosen.run()

            return Action(requests, advances=True)
        return Action(lambda: body.run() if condition() else otherwise.run())

    def loop(self, node: syntax.For) -> Action:
        start = self.statement(node.start) if node.start else Action(lambda: None)
        condition = self.condition(node.condition) if node.condition else lambda: True
        post = self.statement(node.post) if node.post else Action(lambda: None)
        if start.advances or post.advances:
            raise self.fail(
                node.line, "found a command that advances time between 'for' and '{', expected it in the body"
            )
        body = self.sequence(node.body)
        if body.advances:

            def requests() -> Requests:
                start.run()
                while condition():
                    yield from body.run()
                    post.run()

            return Action(requests, advances=True)

        def run() -> None:
            start.run()
            while condition():
                body.run()
                post.run()

        return Action(run)

    # -- expressions

    def lookup(self, node: syntax.Name) -> Any:
        key = node.text.lower()
        for scope in reversed(self.scopes):
            if key in scope:
                return scope[key]
        try:
            return self.world.require(node.text, [name for scope in self.scopes for name in scope])
        except ScriptError as error:
            raise self.fail(node.line, str(error)) from None

    def convert(self, code: Code, kind: type, line: int, where: str = "") -> Code:
        try:
            return converted(code, kind)
        except ScriptError as error:
            raise self.fail(line, f"{where}{error}") from None

    def expression(self, node: syntax.Expression) -> Code:
        if isinstance(node, (syntax.Number, syntax.Text)):
            return Code.constant(node.value)
        if isinstance(node, syntax.Paren):
            return self.expression(node.inner)
        if isinstance(node, syntax.Name):
            return self.name(node)
        if isinstance(node, syntax.Unary):
            if node.operator == "!":
                return computed(bool, lambda a: not a, self.convert(self.expression(node.operand), bool, node.line))
            return computed(float, lambda a: -a, self.convert(self.expression(node.operand), float, node.line))
        if isinstance(node, syntax.Binary):
            return self.binary(node)
        if isinstance(node, syntax.Index):
            place = self.convert(self.expression(node.place), int, node.line, "as an index: ")
            try:
                return indexed(self.expression(node.owner), place)
            except ScriptError as error:
                raise self.fail(node.line, str(error)) from None
        if isinstance(node, syntax.Call):
            function, signature, arguments = self.call_parts(node)
            if signature.advances:
                raise self.fail(
                    node.line,
                    "found a command that advances time within an expression, expected it on a line of its own",
                )
            return self.call_code(function, signature, arguments)
        raise self.fail(node.line, f"found the method {node.name} without a call, expected {node.name}(...)")

    def name(self, node: syntax.Name) -> Code:
        entry = self.lookup(node)
        if isinstance(entry, Constant):
            return Code.constant(entry.value)
        if isinstance(entry, Variable):
            return Code.variable(entry)
        raise self.fail(node.line, f"found the function {node.text} without a call, expected {node.text}(...)")

    def binary(self, node: syntax.Binary) -> Code:
        left, right = self.expression(node.left), self.expression(node.right)
        where = f"beside '{node.operator}': "
        if node.operator in ("&&", "||"):
            left, right = self.convert(left, bool, node.line, where), self.convert(right, bool, node.line, where)
            return delayed(node.operator == "&&", left, right)
        left, right = self.convert(left, float, node.line, where), self.convert(right, float, node.line, where)
        if node.operator in _COMPARISON:
            return computed(bool, _COMPARISON[node.operator], left, right)
        return computed(float, _ARITHMETIC[node.operator], left, right)

    def call_parts(self, node: syntax.Call) -> tuple[Code, Signature, list[Code]]:
        """The function, what it takes, and the arguments, checked and converted."""
        target = node.function
        if isinstance(target, syntax.Selector):
            name, owner = target.name, self.expression(target.owner)
            found = find_method(owner.kind, name)
            if found is None:
                has = ", ".join(methods_of(owner.kind)) or "no methods"
                raise self.fail(node.line, f"found .{name}, but {spoken(owner.kind)} has only: {has}")
            attribute, signature = found
            function = computed(object, lambda value: getattr(value, attribute), owner)
        elif isinstance(target, syntax.Name):
            name, entry = target.text, self.lookup(target)
            if isinstance(entry, Function):
                signature, function = entry.signature, Code.constant(entry.call)
            else:
                value = self.name(target)
                signature, function = getattr(value.kind, "call_signature", None), value
                if signature is None:
                    raise self.fail(node.line, f"found {name}(...), but {name} is not a function")
        else:
            raise self.fail(node.line, "found '(' after something that is not a function or method")
        arguments = [self.expression(argument) for argument in node.arguments]
        wanted, given = len(signature.kinds), len(arguments)
        if given < wanted or (given > wanted and not signature.variadic):
            least = "at least " if signature.variadic else ""
            listed = f" ({', '.join(signature.names)})" if signature.names else ""
            raise self.fail(node.line, f"found {given} arguments of {name}, expected {least}{wanted}{listed}")
        for place, kind in enumerate(signature.kinds):
            where = f"{name}, argument {place + 1} ({signature.names[place]}): "
            arguments[place] = self.convert(arguments[place], kind, node.arguments[place].line, where)
        for extra in arguments[wanted:]:
            self.convert(extra, object, node.line)
        return function, signature, arguments

    @staticmethod
    def call_code(function: Code, signature: Signature, arguments: list[Code]) -> Code:
        return computed(signature.result, lambda call, *values: call(*values), function, *arguments)
