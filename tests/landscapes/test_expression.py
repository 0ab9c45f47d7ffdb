import re
import subprocess
import sys
from string import printable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from ravine.landscapes._expression import FUNCTIONS, Expression, ExpressionError, parse_expression
from ravine.landscapes._latex import to_latex
from ravine.landscapes._user_function import load_function, resolve_function

quick = settings(derandomize=True, deadline=None, max_examples=60)

NUMPY = {name: getattr(np, known) for name, known in FUNCTIONS.items()} | {
    "pi": np.pi,
    "e": np.e,
    "F": np.float64,
}
BINARY = (
    "arctan2 hypot power minimum maximum logaddexp remainder floor_divide heaviside atan2 pow min max mod"
)
UNARY = tuple(name for name in FUNCTIONS if name not in (*BINARY.split(), "clip"))

leaves = (
    st.sampled_from(["x", "y", "pi", "e"])
    | st.integers(0, 20).map(str)
    | st.floats(0.01, 20).map("{:.2f}".format)
)


def larger(parts):
    return (
        st.tuples(parts, st.sampled_from(["+", "-", "*", "/", "**", "//", "%"]), parts).map(
            "({0[0]}){0[1]}({0[2]})".format
        )
        | st.tuples(parts, st.sampled_from(["+", "-", " * ", "/"]), parts).map("{0[0]}{0[1]}{0[2]}".format)
        | st.tuples(st.sampled_from("+-"), parts).map("{0[0]}({0[1]})".format)
        | st.tuples(parts, st.integers(-3, 4)).map("({0[0]})**{0[1]}".format)
        | st.tuples(st.sampled_from(UNARY), parts).map("{0[0]}({0[1]})".format)
        | st.tuples(st.sampled_from(BINARY.split()), parts, parts).map("{0[0]}({0[1]}, {0[2]})".format)
        | st.tuples(parts, parts).map("clip({0[0]}, -1, {0[1]})".format)
    )


def arithmetic_of(parts):
    return (
        st.tuples(parts, st.sampled_from(["+", "-", "*", "/"]), parts).map("({0[0]}){0[1]}({0[2]})".format)
        | st.tuples(parts, st.sampled_from(["+", "-", "*", "/"]), parts).map("{0[0]}{0[1]}{0[2]}".format)
        | parts.map("-({})".format)
        | st.tuples(parts, st.integers(-2, 3)).map("({0[0]})**{0[1]}".format)
    )


expressions = st.recursive(leaves, larger, max_leaves=6)
arithmetic = st.recursive(st.sampled_from(["x", "y", "2", "3", "0.5", "1e-5"]), arithmetic_of, max_leaves=6)
coordinates = st.floats(-3, 3).map(lambda value: round(value, 3))


@pytest.fixture(autouse=True, scope="module")
def float64():
    with jax.enable_x64(True):
        yield


def by_numpy(text: str, x: float, y: float) -> float:
    """The value by Python's own parser and NumPy, with every number a float64."""
    numbers = re.sub(r"(?<![\w.])(\d+(\.\d*)?(e[+-]?\d+)?)", r"F(\1)", text)
    with np.errstate(all="ignore"):
        return float(eval(numbers, {"__builtins__": {}}, NUMPY | {"x": np.float64(x), "y": np.float64(y)}))


def by_jax(text: str, x: float, y: float) -> float:
    return float(parse_expression(text)(jnp.array([x, y])))


def refusal(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        resolve_function(text)
    return caught.value


@quick
@given(text=expressions, x=coordinates, y=coordinates)
def test_values_are_those_of_numpy(text, x, y):
    expected = by_numpy(text, x, y)
    nearby = [by_numpy(text, x * (1 + h), y * (1 - h)) for h in (-1e-12, 1e-12)]
    if np.isfinite(expected) and np.allclose(nearby, expected, rtol=1e-9, atol=1e-12):
        np.testing.assert_allclose(by_jax(text, x, y), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_numpys(name):
    arguments = "x" if name in UNARY else "x, y" if name in BINARY.split() else "x, y, 1.5"
    for x, y in ((0.3, 0.7), (1.7, -0.4), (-0.6, 2.2)):
        text = f"{name}({arguments})"
        np.testing.assert_allclose(by_jax(text, x, y), by_numpy(text, x, y), rtol=1e-13)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x**2 + 3*sin(y)", 2.25 + 3 * np.sin(-2.0)),
        ("-x**2", -2.25),
        ("2**-1", 0.5),
        ("7 // 2 + 7 % 4", 6.0),
        ("1/2", 0.5),
        (" \tx\n+ y ", -0.5),
        ("+x - -y", -0.5),
        ("0x10 + 1_000", 1016.0),
        ("3", 3.0),
        ("9**9**9**9", np.inf),
        ("x**2.5 * 0 + sqrt(y)", np.nan),
    ],
)
def test_values_worked_by_hand(text, value):
    np.testing.assert_allclose(by_jax(text, 1.5, -2.0), value)


@pytest.mark.parametrize(
    "text", ["x**2 + y**2.0", "pow(x, 2) + y**0", "x**(3) + y**(-0)", "x**0*5 + square(y)"]
)
def test_whole_powers_have_finite_gradients_at_zero(text):
    gradient = jax.grad(parse_expression(text))(jnp.zeros(2))
    np.testing.assert_array_equal(gradient, 0.0)


def test_a_negative_base_has_whole_powers_only():
    assert by_jax("x**3", -2.0, 0.0) == -8.0
    assert np.isnan(by_jax("x**2.5", -2.0, 0.0))


@pytest.mark.parametrize("text", ["x*y", "3", "x", "sin(1)", "9**9"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_value_has_the_points_type_and_no_axis(text, dtype):
    points = jnp.ones((4, 2), dtype)
    values = jax.vmap(parse_expression(text))(points)
    assert (values.shape, values.dtype) == ((4,), dtype)


def test_an_expression_is_a_function_that_tells_its_text():
    function = parse_expression("x + y")
    assert isinstance(function, Expression)
    assert (function.__name__, function.expression) == ("function", "x + y")
    assert function == parse_expression("x + y") != parse_expression("y + x")
    assert hash(function) == hash(parse_expression("x + y"))


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("x**2 + z", 8, "'z' at column 8 is not known. Names are x, y, pi and e; functions are sin, cos"),
        ("  x + w", 7, "'w' at column 7 is not known"),
        ("x + sinn(y)", 5, "'sinn' at column 5 is not known. Did you mean 'sin'?"),
        ("X", 1, "Did you mean 'x'?"),
        ("x^2", 2, "Write '**' for powers"),
        ("x²", 2, "Write '**' for powers"),
        ("x < y", 3, "There are no comparisons"),
        ("", 1, "is missing"),
        (" \n ", 4, "is missing"),
        ("x**", 4, "the end at column 4 cannot be read"),
        ("(x", 1, "'(' at column 1 has no partner"),
        ("x + y)", 6, "')' at column 6 has no partner"),
        ("2x", 1, "Write products with '*'"),
        ("2(x)", 1, "'2' at column 1 is not a function. Write products with '*'"),
        ("y + x(y)", 5, "'x' at column 5 is not a function"),
        ("sin", 1, "'sin' at column 1 is a function"),
        ("1 + sin()", 5, "'sin' at column 5 takes 1 argument, not 0"),
        ("hypot(x)", 1, "takes 2 arguments, not 1"),
        ("np.sin(x)", 1, "without a module"),
        ("1e999", 1, "too large"),
        ("9" * 500, 1, "too large"),
        ("2j", 1, "not a real number"),
        ("True", 1, "not a real number"),
        ("...", 1, "not a real number"),
        ("x:y:z", 2, "'package.module:name'"),
        ("x + " * 300, 1, "longer than 1000"),
        ("-" * 900 + "x", 102, "nested more than 100 deep"),
        ("(" * 300 + "x" + ")" * 300, 201, "nested more than 100 deep"),
        ("x+" * 200 + "x", 1, "nested more than 100 deep"),
    ],
)
def test_an_error_points_at_the_place_and_gives_a_remedy(text, column, message):
    error = refusal(text)
    assert message in str(error)
    assert error.column == column
    assert error.text == text
    assert str(error).isprintable()
    assert len(str(error)) < 400


def test_columns_count_in_the_text_as_it_was_given():
    with pytest.raises(ExpressionError) as caught:
        parse_expression("\n  x + w")
    assert (caught.value.column, caught.value.text) == (8, "\n  x + w")


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "().__class__.__bases__", "x.__class__", "x.real", "x[0]",
        "[x for x in y]", "{x}", "lambda: x", "lambda x=y: x", "(z := x)", "f'{x}'", "'x'", "b'x'", "None",
        "x if y else x", "x and y", "not x", "x is y", "x in y", "x < y", "x == y", "~x", "x @ y", "x << 2",
        "x | y", "x, y", "(x, y)", "()", "sin(*x)", "sin(**x)", "sin(x=1)", "sin(x)(y)", "await x", "(yield)",
        "(yield from x)", "eval(x)", "exec(x)", "open(x)", "sin(x for x in y)", "print x", "import os",
        "x; y", "x = y", "x\\\n+y", "x # y", "`x`", "x\0", "x\n;y", "math.sin(x)", "sin.real", "1..real",
        "\ufeffx", "ｘ",
    ],
)  # fmt: skip
def test_all_but_arithmetic_is_refused(text):
    with pytest.raises(ExpressionError):
        parse_expression(text)


@settings(quick, max_examples=400)
@given(
    text=st.text()
    | st.text("xyzpie()+-*/%.,0123456789 sincog^=_", max_size=30)
    | st.text(printable, max_size=20)
    | st.lists(
        st.sampled_from(
            ["x", "sin(", ")", "-", "**", ".5", "1", ",", "if", "else", "lambda", "not", ".", " "]
        )
    ).map("".join)
)
def test_any_text_is_read_or_refused_in_one_line(text):
    try:
        function = parse_expression(text)
    except ExpressionError as error:
        refused = error
    else:
        assert jnp.shape(function(jnp.ones(2))) == ()
        return
    assert 1 <= refused.column <= len(text) + 1
    assert str(refused).isprintable()


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x**2 + 3*sin(y)", r"x^{2} + 3 \sin(y)"),
        ("100*(y - x**2)**2 + (1 - x)**2", r"100 (y - x^{2})^{2} + (1 - x)^{2}"),
        ("x/y", r"\frac{x}{y}"),
        ("(x/y)**2", r"\left( \frac{x}{y} \right)^{2}"),
        ("2*3*x*4", r"2 \cdot 3 x \cdot 4"),
        ("2*(1/3)", r"2 \cdot \frac{1}{3}"),
        ("x - (y - 1)", r"x - (y - 1)"),
        ("x - -3", r"x - (-3)"),
        ("-3*x", r"-3 x"),
        ("(-2)**2 - 2**2", r"(-2)^{2} - 2^{2}"),
        ("(x**y)**2 + x**y**2", r"(x^{y})^{2} + x^{y^{2}}"),
        ("sin(x)**2", r"\sin^{2}(x)"),
        ("sin(x)**-1", r"(\sin(x))^{-1}"),
        ("exp(-x**2/2)", r"e^{\frac{-x^{2}}{2}}"),
        ("sqrt(abs(x)) * cbrt(y)", r"\sqrt{\left| x \right|} \sqrt[3]{y}"),
        ("hypot(x, y)", r"\sqrt{x^{2} + y^{2}}"),
        ("log(x) + log10(y) + log1p(x)", r"\ln(x) + \log_{10}(y) + \ln(1 + x)"),
        ("max(x, 1) + atan2(y, x)", r"\max(x, 1) + \operatorname{arctan2}(y, x)"),
        ("cos(2*pi*x)", r"\cos(2 \pi x)"),
        ("1e-5*x + 2.5e-7 + 1e6", r"10^{-5} x + 2.5 \cdot 10^{-7} + 1000000"),
        ("x // 2 + (x % 2)", r"\left\lfloor \frac{x}{2} \right\rfloor + (x\ \mathrm{mod}\ 2)"),
    ],
)
def test_latex(text, latex):
    assert to_latex(text) == latex


CONVENTIONS = {r"\left": "", r"\right": "", r"\cdot": "*", r"\frac{": "<", "}{": ")/(", "^{": "["}


def from_latex(latex: str) -> str:
    """Python from the LaTeX of arithmetic, in which pieces side by side are a product."""
    conventions = "|".join(map(re.escape, CONVENTIONS))
    opened, python = [], ""
    for character in re.sub(conventions, lambda found: CONVENTIONS[found[0]], latex):
        if character in "<[":
            opened.append(character)
            python += "((" if character == "<" else "**("
        elif character == "}":
            python += "))" if opened.pop() == "<" else ")"
        else:
            python += character
    return re.sub(r"(?<=[\w)])\s+(?=[\w(])", "*", python)


@quick
@given(text=arithmetic)
def test_latex_reads_as_the_same_function(text):
    for x, y in ((1.3, 0.4), (-0.7, 2.1)):
        np.testing.assert_allclose(
            by_numpy(from_latex(to_latex(text)), x, y), by_numpy(text, x, y), rtol=1e-9
        )


@settings(quick, max_examples=40)
@given(text=expressions)
def test_matplotlib_sets_the_latex(text):
    MathTextParser("agg").parse(f"${to_latex(text)}$")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_function_is_loaded_from_the_current_folder(folder):
    (folder / "my_losses").mkdir()
    (folder / "my_losses" / "bowls.py").write_text("def round_bowl(point):\n    return (point**2).sum()\n")
    path = list(sys.path)
    function = resolve_function(" my_losses.bowls:round_bowl ")
    assert (function.__name__, function(np.array([3.0, 4.0]))) == ("round_bowl", 25.0)
    assert sys.path == path


def test_which_of_the_two_a_text_is():
    assert isinstance(resolve_function("x + y"), Expression)
    assert resolve_function("math:hypot") is __import__("math").hypot


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("no_such_module:f", 1, "'no_such_module' at column 1 cannot be found"),
        ("losses.inner:f", 1, "'losses.inner' at column 1 cannot be found"),
        ("losses:bowll", 8, "'bowll' at column 8 is not in the module 'losses'. Did you mean 'bowl'?"),
        ("losses:unlike", 8, "is not in the module 'losses'."),
        ("losses:number", 8, "'number' at column 8 is not a function but of type 'int'"),
        ("broken:f", 1, "cannot be imported (ZeroDivisionError: division by zero)"),
        ("unfinished:f", 1, "cannot be imported (SyntaxError"),
        ("needy:f", 1, "cannot be imported (ModuleNotFoundError: No module named 'no_such_module')"),
    ],
)
def test_a_function_that_cannot_be_loaded(folder, text, column, message):
    (folder / "losses.py").write_text("number = 1\ndef bowl(point): return 0.0\n")
    (folder / "broken.py").write_text("1 / 0\n")
    (folder / "unfinished.py").write_text("def f(:\n")
    (folder / "needy.py").write_text("import no_such_module\n")
    path = list(sys.path)
    error = refusal(text)
    assert message in str(error)
    assert (error.text, error.column) == (text, column)
    assert str(error).isprintable()
    assert sys.path == path


@pytest.mark.parametrize("text", ["x + y", "module:", ":name", "a b:c", "a:b.c"])
def test_a_text_that_names_no_function_is_not_imported(text):
    with pytest.raises(ExpressionError, match=r"is not 'package\.module:name'"):
        load_function(text)


def test_reading_loads_no_jax():
    code = (
        "import sys; from ravine.landscapes._expression import parse_expression;"
        "from ravine.landscapes._latex import to_latex;"
        "parse_expression('sin(x)'); to_latex('sin(x)');"
        "assert not {'jax', 'numpy', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
