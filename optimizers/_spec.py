"""An optimizer as it is written on the command line: the grammar, without the catalogue.

    spec   = name [ "@" label ] [ ":" pair { "," pair } ]
    pair   = name "=" value
    value  = number | "true" | "false" | "none" | word
           | "[" [ value { "," value } ] "]"          a list
           | "(" spec ")"                             a rule inside a rule
           | word "(" [ value { "," value } ] ")"     a call, such as a schedule

Names and words start with a letter and hold letters, digits and `_ . + -`. A label is the name in the
legend: it stands directly after the optimizer's name, may hold spaces and any printable character but
`: , ( ) [ ]`, and loses the spaces around it. Spaces between the parts do not count.
"""

import math
import re
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

Value: TypeAlias = "bool | int | float | str | tuple[Value, ...] | Call | Spec | None"

_DEEPEST = 20
_LARGEST = 2**63
_LONGEST = 30
_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(r"[A-Za-z0-9_.+-]+")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.+-]*")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_LABEL = re.compile(r"[^:,()\[\]]*")
_CONSTANTS = {"true": True, "false": False, "none": None}
_LIST = ": a list stands in brackets, as in 'aggmo:betas=[0,0.9,0.99]'"
_EXAMPLE = ", as in 'adam:learning_rate=0.1'"
_REMEDIES = {
    ":": ": a rule inside a rule stands in parentheses, as in 'lookahead:inner=(adam:learning_rate=0.1)'",
    "@": ": a label stands directly after the name, as in 'adam@Adam fast:learning_rate=0.1'",
    "=": ": hyper-parameters follow a colon, with commas between, as in 'adam:learning_rate=0.1,b1=0.9'",
    "[": ": a list is a value, as in 'aggmo:betas=[0,0.9,0.99]'",
}


@dataclass(frozen=True, kw_only=True)
class Call:
    """A word with arguments, such as the schedule `cosine(0.1,100)`."""

    name: str
    args: tuple[Value, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Spec:
    """An optimizer by name, its name in the legend, and the hyper-parameters that are not the default."""

    name: str
    label: str | None = None
    hyperparameters: tuple[tuple[str, Value], ...] = ()


class SpecError(ValueError):
    """A text that is not an optimizer; `text` is all of it and `column` counts from 1 to what is wrong."""

    def __init__(self, problem: str, *, text: str, column: int, remedy: str = "") -> None:
        self.text = text
        self.column = column
        super().__init__(f"Optimizer {_short(text)}: {problem} (column {column}){remedy}.")


def parse_spec(text: str) -> Spec:
    """Read an optimizer.

    >>> parse_spec("adam@fast:learning_rate=0.1")
    Spec(name='adam', label='fast', hyperparameters=(('learning_rate', 0.1),))

    Raises:
        SpecError: `text` does not follow the grammar.
    """
    parser = _Parser(text)
    spec = parser.spec()
    if parser.place < len(text):
        parser.stray("','" if spec.hyperparameters else "':'", "the end")
    return spec


def format_spec(spec: Spec) -> str:
    """The text that `parse_spec` reads as this very optimizer.

    >>> format_spec(Spec(name="adam", hyperparameters=(("learning_rate", 0.1),)))
    'adam:learning_rate=0.1'

    Raises:
        ValueError: the grammar has no text for it, because of a nan or an odd name, for example.
    """
    text = _write_spec(spec)
    if parse_spec(text) != spec:
        raise ValueError(f"{_short(text)} would not be read as the optimizer that it was written for.")
    return text


class _Parser:
    """One pass over the text; `place` is where the next token starts."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.depth = 0
        self.skip()

    def spec(self) -> Spec:
        name = self.word("an optimizer's name")
        label = self.label() if self.take("@") else None
        pairs = self.hyperparameters() if self.take(":") else ()
        return Spec(name=name, label=label, hyperparameters=pairs)

    def label(self) -> str:
        start = self.place
        label = self.match(_LABEL).strip()
        if not label:
            self.fail("the label after '@' is empty", start, _REMEDIES["@"])
        if not label.isprintable():
            self.fail(f"the label {_short(label)} has characters that cannot be printed", start)
        return label

    def hyperparameters(self) -> tuple[tuple[str, Value], ...]:
        pairs: dict[str, Value] = {}
        while True:
            start = self.place
            name = self.word("a hyper-parameter's name", _EXAMPLE if not pairs else _LIST)
            if name in pairs:
                self.fail(f"{_short(name)} is given twice", start, ": give it once")
            if not self.take("="):
                self.fail(f"expected '=' after {_short(name)}", self.place, _EXAMPLE)
            pairs[name] = self.value()
            if not self.take(","):
                return tuple(pairs.items())

    def value(self) -> Value:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail(f"brackets are nested more than {_DEEPEST} deep", self.place)
        value = self.nested() if self.ahead() in ("[", "(") else self.plain()
        self.depth -= 1
        return value

    def nested(self) -> Value:
        if self.take("["):
            return self.values("]")
        self.take("(")
        spec = self.spec()
        self.close(")")
        return spec

    def values(self, end: str) -> tuple[Value, ...]:
        if self.take(end):
            return ()
        values = [self.value()]
        while self.take(","):
            values.append(self.value())
        self.close(end)
        return tuple(values)

    def plain(self) -> Value:
        start = self.place
        token = self.match(_TOKEN)
        if _NUMBER.fullmatch(token):
            return self.number(token, start)
        if _NOT_A_NUMBER.fullmatch(token):
            self.fail(f"{token!r} is not a number to calculate with", start, ": give a finite one")
        if not _WORD.fullmatch(token):
            self.fail(
                f"expected a value, not {self.found(token)}", start, ", such as 0.1, 1e-3, true or none"
            )
        if self.take("("):
            return Call(name=token, args=self.values(")"))
        return _CONSTANTS.get(token.lower(), token)

    def number(self, token: str, start: int) -> int | float:
        value = float(token)
        if math.isinf(value):
            self.fail(f"{_short(token)} is too large", start, ": give a number below 1e308")
        if not token.lstrip("+-").isdigit():
            return value
        if abs(value) >= _LARGEST or len(token) > _LONGEST:
            self.fail(f"{_short(token)} is too large for a whole number", start, f": write {value!r}")
        return int(token)

    def word(self, what: str, remedy: str = _EXAMPLE) -> str:
        start = self.place
        token = self.match(_TOKEN)
        if not _WORD.fullmatch(token):
            self.fail(f"expected {what}, not {self.found(token)}", start, remedy if token else _EXAMPLE)
        return token

    def close(self, end: str) -> None:
        if not self.take(end):
            self.stray("','", repr(end))

    def stray(self, *wanted: str) -> NoReturn:
        remedy = _REMEDIES.get(self.ahead(), "")
        self.fail(f"expected {' or '.join(wanted)}, not {self.found('')}", self.place, remedy)

    def found(self, token: str) -> str:
        return _short(token or self.ahead()) if token or self.ahead() else "the end"

    def fail(self, problem: str, place: int, remedy: str = "") -> NoReturn:
        raise SpecError(problem, text=self.text, column=place + 1, remedy=remedy)

    def ahead(self) -> str:
        return self.text[self.place : self.place + 1]

    def take(self, character: str) -> bool:
        if self.ahead() != character:
            return False
        self.place += 1
        self.skip()
        return True

    def match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.place)
        if found is None:
            return ""
        self.place = found.end()
        self.skip()
        return found[0]

    def skip(self) -> None:
        found = _SPACE.match(self.text, self.place)
        self.place = found.end() if found else self.place


def _write_spec(spec: Spec) -> str:
    label = "" if spec.label is None else f"@{spec.label}"
    pairs = ",".join(f"{name}={format_value(value)}" for name, value in spec.hyperparameters)
    return f"{spec.name}{label}{':' if pairs else ''}{pairs}"


def format_value(value: Value) -> str:
    """A value as the grammar writes it."""
    match value:
        case None | True | False:
            return str(value).lower()
        case float():
            return float.__repr__(value)
        case tuple():
            return f"[{','.join(map(format_value, value))}]"
        case Spec():
            return f"({_write_spec(value)})"
        case Call(name=name, args=args):
            return f"{name}({','.join(map(format_value, args))})"
        case _:
            return str(value)


def _short(text: str, limit: int = 80) -> str:
    return repr(text if len(text) <= limit else f"{text[: limit - 3]}...")
