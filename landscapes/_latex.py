"""An expression in LaTeX, for the small print of a picture."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ravine.landscapes._expression import Apply, Number, Symbol, Tree, parse_tree

_SUM, _SIGNED, _PRODUCT, _POWER, _ATOM = range(5)
"""Precedences of operators; an operand of a lower precedence than its place asks for gets brackets."""

_ONE = Number(1.0)
_TWO = Number(2)
_REWRITTEN: Mapping[str, Callable[..., Tree]] = {
    "square": lambda a: Apply("power", (a, _TWO)),
    "reciprocal": lambda a: Apply("divide", (_ONE, a)),
    "exp": lambda a: Apply("power", (Symbol("e"), a)),
    "exp2": lambda a: Apply("power", (_TWO, a)),
    "expm1": lambda a: Apply("subtract", (Apply("exp", (a,)), _ONE)),
    "log1p": lambda a: Apply("log", (Apply("add", (_ONE, a)),)),
    "hypot": lambda a, b: Apply("sqrt", (Apply("add", (Apply("square", (a,)), Apply("square", (b,)))),)),
}
_ENCLOSED: Mapping[str, str] = {
    "sqrt": r"\sqrt{%s}",
    "cbrt": r"\sqrt[3]{%s}",
    "abs": r"\left| %s \right|",
    "floor": r"\left\lfloor %s \right\rfloor",
    "ceil": r"\left\lceil %s \right\rceil",
}
_OWN_COMMAND = "sin cos tan arcsin arccos arctan sinh cosh tanh"
_COMMANDS: Mapping[str, str] = {
    **{name: rf"\{name}" for name in _OWN_COMMAND.split()},
    "log": r"\ln",
    "log2": r"\log_{2}",
    "log10": r"\log_{10}",
    "minimum": r"\min",
    "maximum": r"\max",
    "sign": r"\operatorname{sgn}",
}


class _Piece(NamedTuple):
    latex: str
    hold: int


def to_latex(text: str) -> str:
    r"""The expression in LaTeX that matplotlib's mathtext can set, without the dollars.

    >>> to_latex("x**2 + 3*sin(y)")
    'x^{2} + 3 \\sin(y)'

    Raises:
        ExpressionError: `text` is not an expression.
    """
    return _piece(parse_tree(text)).latex


def _piece(tree: Tree) -> _Piece:
    match tree:
        case Number(value):
            return _number(value)
        case Symbol(name):
            return _Piece(r"\pi" if name == "pi" else name, _ATOM)
        case Apply("add" | "subtract" as function, (left, right)):
            sign = "+" if function == "add" else "-"
            return _Piece(f"{_held(left, _SUM)} {sign} {_held(right, _PRODUCT)}", _SUM)
        case Apply("multiply", (left, right)):
            return _product(left, right)
        case Apply("divide", (left, right)):
            return _Piece(_fraction(left, right), _PRODUCT)
        case Apply("floor_divide", (left, right)):
            return _Piece(_ENCLOSED["floor"] % _fraction(left, right), _ATOM)
        case Apply("remainder", (left, right)):
            return _Piece(rf"{_held(left, _PRODUCT)}\ \mathrm{{mod}}\ {_held(right, _POWER)}", _SUM)
        case Apply("negative", (operand,)):
            return _Piece(f"-{_held(operand, _PRODUCT)}", _SIGNED)
        case Apply("power", (base, exponent)):
            return _power(base, exponent)
        case Apply(function, operands) if function in _REWRITTEN:
            return _piece(_REWRITTEN[function](*operands))
        case Apply(function, (operand,)) if function in _ENCLOSED:
            return _Piece(_ENCLOSED[function] % _piece(operand).latex, _ATOM)
        case Apply(function, operands):
            return _Piece(_command(function) + _arguments(operands), _POWER)


def _number(value: float) -> _Piece:
    if value < 0.0:
        return _Piece(f"-{_fitted(_number(-value), _PRODUCT)}", _SIGNED)
    if float(value).is_integer() and value < 1e15:
        return _Piece(f"{value:.0f}", _ATOM)
    digits, _, exponent = repr(float(value)).partition("e")
    if not exponent:
        return _Piece(digits, _ATOM)
    power = f"10^{{{int(exponent)}}}"
    return _Piece(power, _POWER) if digits == "1" else _Piece(rf"{digits} \cdot {power}", _PRODUCT)


def _product(left: Tree, right: Tree) -> _Piece:
    first, second = _piece(left), _held(right, _PRODUCT)
    between = r" \cdot " if second[0].isdigit() or second.startswith(r"\frac") else " "
    return _Piece(_fitted(first, _SIGNED) + between + second, _SIGNED if first.hold == _SIGNED else _PRODUCT)


def _power(base: Tree, exponent: Tree) -> _Piece:
    raised = _piece(exponent).latex
    match base, exponent:
        case Apply(function, operands), Number(int(value)) if function in _COMMANDS and value > 0:
            return _Piece(f"{_command(function)}^{{{raised}}}{_arguments(operands)}", _POWER)
    return _Piece(f"{_held(base, _ATOM)}^{{{raised}}}", _POWER)


def _fraction(above: Tree, below: Tree) -> str:
    return rf"\frac{{{_piece(above).latex}}}{{{_piece(below).latex}}}"


def _command(function: str) -> str:
    return _COMMANDS.get(function, rf"\operatorname{{{function}}}")


def _arguments(operands: tuple[Tree, ...]) -> str:
    return _bracketed(", ".join(_piece(operand).latex for operand in operands))


def _held(tree: Tree, hold: int) -> str:
    return _fitted(_piece(tree), hold)


def _fitted(piece: _Piece, hold: int) -> str:
    return piece.latex if piece.hold >= hold else _bracketed(piece.latex)


def _bracketed(latex: str) -> str:
    return rf"\left( {latex} \right)" if r"\frac" in latex or r"\sqrt" in latex else f"({latex})"
