"""A loss from the command line: an expression in x and y.

It is read into a small tree of known operations and interpreted with jax.numpy: nothing in
the text is ever run as Python.
"""

import ast
import difflib
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from jax import Array

_LONGEST = 1000
_DEEPEST = 100
_LARGEST_WHOLE_POWER = 1024

_ONE = (
    "sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh exp exp2 expm1 log log2 log10 "
    "log1p sqrt cbrt square reciprocal abs sign floor ceil trunc round sinc deg2rad rad2deg"
)
_TWO = "arctan2 hypot power minimum maximum logaddexp remainder floor_divide heaviside"
_SHORT = "asin acos atan asinh acosh atanh atan2 pow min max ln mod"
_LONG = "arcsin arccos arctan arcsinh arccosh arctanh arctan2 power minimum maximum log remainder"

_ARGUMENTS = {**dict.fromkeys(_ONE.split(), 1), **dict.fromkeys(_TWO.split(), 2), "clip": 3}
FUNCTIONS: Mapping[str, str] = {
    **{name: name for name in _ARGUMENTS},
    **dict(zip(_SHORT.split(), _LONG.split(), strict=True)),
}
"""Names that may be called, and the function of jax.numpy that each stands for."""

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}

_NAMES = ("x", "y", *CONSTANTS)
_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "remainder",
    ast.Pow: "power",
}
_CHARACTER = re.compile(r"[A-Za-z0-9_.,+\-*/%() ]")
_REMEDIES = {
    "−": "Write '-' for a difference.",
    "|": "Write 'abs(x)' for the absolute value.",
    ":": "A function of your own module is written 'package.module:name'.",
    **dict.fromkeys("^²³", "Write '**' for powers, as in x**2."),
    **dict.fromkeys("·×", "Write '*' for a product."),
    **dict.fromkeys("[{", "Write round brackets."),
    **dict.fromkeys("<>=!", "There are no comparisons: minimum, maximum, abs, sign and clip may serve."),
}
_KNOWN = "Names are x, y, pi and e; functions are sin, cos, exp, log, sqrt, abs and others of jax.numpy."
_PRODUCT = "Write products with '*' and powers with '**', as in 2*x**2."
_NO_MODULE = "Functions stand without a module, as in sin(x)."
_OWN_MODULE = "Put it in a module of your own."


class ExpressionError(ValueError):
    """A text that is no function; `column` counts from 1 to the part of `text` that is wrong."""

    def __init__(self, what: str, problem: str, *, text: str, column: int, remedy: str = "") -> None:
        self.text = text
        self.column = column
        super().__init__(
            f"In the function {_short(text)}: {what} at column {column} {problem}. {remedy}".rstrip()
        )


@dataclass(frozen=True)
class Number:
    """A constant, whole only as the exponent of a power."""

    value: float


@dataclass(frozen=True)
class Symbol:
    """One of x, y, pi and e."""

    name: str


@dataclass(frozen=True)
class Apply:
    """A function of jax.numpy applied to operands."""

    function: str
    operands: "tuple[Tree, ...]"


Tree: TypeAlias = Number | Symbol | Apply


@dataclass(frozen=True)
class Expression:
    """A function of one point, `Float[Array, "2"] -> Float[Array, ""]`.

    Two of the same text are equal, so that JAX compiles them once.
    """

    expression: str
    tree: Tree = field(repr=False, compare=False)

    __name__ = "function"

    def __call__(self, point: "Array") -> "Array":
        """The function's value at `point`."""
        import jax.numpy as jnp

        x, y = point
        value = _evaluate(self.tree, {"x": x, "y": y, **CONSTANTS}, jnp)
        return jnp.asarray(value, dtype=x.dtype)


def parse_expression(text: str) -> Expression:
    """The function that an expression such as "x**2 + 3*sin(y)" stands for.

    Raises:
        ExpressionError: `text` holds anything but numbers, x, y, pi, e, arithmetic and known functions.
    """
    return Expression(expression=text, tree=parse_tree(text))


def parse_tree(text: str) -> Tree:
    """The operations that an expression is made of.

    Raises:
        ExpressionError: as for `parse_expression`.
    """
    return _Reader(text).read()


class _Reader:
    """From Python's syntax tree to ours, refusing all that is not on the list."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.line = re.sub(r"\s", " ", text).lstrip()
        self.indent = len(text) - len(self.line)

    def read(self) -> Tree:
        if not self.line:
            raise self.error("the expression", "is missing", 0, "Write one in x and y, as in x**2 + y**2.")
        if len(self.line) > _LONGEST:
            raise self.error("the text", f"is longer than {_LONGEST} characters", 0, _OWN_MODULE)
        for place, character in enumerate(self.line):
            if not _CHARACTER.match(character):
                remedy = _REMEDIES.get(character, "")
                raise self.error(repr(character), "is not part of an expression", place, remedy)
        return self.tree(self.parse(), depth=0)

    def parse(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.line, mode="eval").body
        except (RecursionError, MemoryError):
            raise self.too_deep(0) from None
        except SyntaxError as error:
            raise self.unreadable(error.msg, (error.offset or len(self.line) + 1) - 1) from None

    def unreadable(self, message: str, place: int) -> ExpressionError:
        if "too many nested" in message:
            return self.too_deep(place)
        found = repr(self.line[place]) if place < len(self.line) else "the end"
        if "never closed" in message or "unmatched" in message:
            return self.error(found, "has no partner", place)
        return self.error(found, "cannot be read", place, _PRODUCT)

    def tree(self, node: ast.expr, depth: int) -> Tree:
        place = node.col_offset
        if depth > _DEEPEST:
            raise self.too_deep(place)
        match node:
            case ast.Constant(value=value):
                return self.number(node, value)
            case ast.Name(id=name):
                return self.symbol(name, place)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.tree(operand, depth + 1)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _negative(self.tree(operand, depth + 1))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                operands = (self.tree(left, depth + 1), self.tree(right, depth + 1))
                return _apply(_OPERATORS[type(op)], operands)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                self.check_call(name, len(args), place)
                return _apply(FUNCTIONS[name], tuple(self.tree(arg, depth + 1) for arg in args))
            case ast.Attribute() | ast.Call(func=ast.Attribute()):
                raise self.error(self.source(node), "has a dot", place, _NO_MODULE)
            case ast.Call(func=function):
                raise self.error(self.source(function), "is not a function", place, _PRODUCT)
        raise self.error(self.source(node), "is not part of an expression", place, _KNOWN)

    def number(self, node: ast.expr, value: object) -> Number:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(self.source(node), "is not a real number", node.col_offset)
        with suppress(OverflowError):
            if math.isfinite(number := float(value)):
                return Number(number)
        raise self.error(self.source(node), "is too large a number", node.col_offset)

    def symbol(self, name: str, place: int) -> Symbol:
        if name in FUNCTIONS:
            raise self.error(repr(name), "is a function", place, "Write its arguments in brackets.")
        if name not in _NAMES:
            raise self.unknown(name, place, (*_NAMES, *FUNCTIONS))
        return Symbol(name)

    def check_call(self, name: str, given: int, place: int) -> None:
        if name in _NAMES:
            raise self.error(repr(name), "is not a function", place, _PRODUCT)
        if name not in FUNCTIONS:
            raise self.unknown(name, place, tuple(FUNCTIONS))
        wanted = _ARGUMENTS[FUNCTIONS[name]]
        if given != wanted:
            plural = "" if wanted == 1 else "s"
            raise self.error(repr(name), f"takes {wanted} argument{plural}, not {given}", place)

    def unknown(self, name: str, place: int, known: Sequence[str]) -> ExpressionError:
        return self.error(_short(name), "is not known", place, nearest(name, known) or _KNOWN)

    def too_deep(self, place: int) -> ExpressionError:
        return self.error("the text", f"is nested more than {_DEEPEST} deep", place, _OWN_MODULE)

    def source(self, node: ast.expr) -> str:
        return _short(self.line[node.col_offset : node.end_col_offset])

    def error(self, what: str, problem: str, place: int, remedy: str = "") -> ExpressionError:
        return ExpressionError(what, problem, text=self.text, column=place + self.indent + 1, remedy=remedy)


def _negative(tree: Tree) -> Tree:
    return Number(-tree.value) if isinstance(tree, Number) else Apply("negative", (tree,))


def _apply(function: str, operands: tuple[Tree, ...]) -> Tree:
    match function, operands:
        case "power", (base, Number(value)) if value.is_integer() and abs(value) <= _LARGEST_WHOLE_POWER:
            return Apply(function, (base, Number(int(value))))
    return Apply(function, operands)


def _evaluate(tree: Tree, values: Mapping[str, Any], library: Any) -> Any:
    match tree:
        case Number(value):
            return value
        case Symbol(name):
            return values[name]
        case Apply(function, operands):
            return getattr(library, function)(*[_evaluate(operand, values, library) for operand in operands])


def nearest(name: str, known: Sequence[str]) -> str:
    """A question that names the one of `known` that `name` is most like, if any is."""
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else ""


def _short(text: str, limit: int = 80) -> str:
    return repr(text if len(text) <= limit else f"{text[: limit - 3]}...")
