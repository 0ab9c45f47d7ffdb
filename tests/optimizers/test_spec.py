import subprocess
import sys
from string import printable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ravine.optimizers._spec import Call, Spec, SpecError, format_spec, parse_spec

quick = settings(derandomize=True, deadline=None, max_examples=50)

words = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.+-]{0,8}", fullmatch=True).filter(
    lambda word: word.lower() not in {"true", "false", "none", "nan", "inf", "infinity"}
)
labels = st.text(st.characters(exclude_characters=":,()[]", codec="utf-8"), min_size=1, max_size=12).filter(
    lambda label: label == label.strip() and label.isprintable()
)
numbers = (
    st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
)


def specs_of(values):
    pairs = st.dictionaries(words, values, max_size=4).map(lambda pairs: tuple(pairs.items()))
    return st.builds(Spec, name=words, label=st.none() | labels, hyperparameters=pairs)


def richer(values):
    lists = st.lists(values, max_size=3).map(tuple)
    return lists | st.builds(Call, name=words, args=lists) | specs_of(values)


values = st.recursive(numbers | words, richer, max_leaves=8)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("sgd", Spec(name="sgd")),
        (
            "adam:learning_rate=0.1,b1=.9",
            Spec(name="adam", hyperparameters=(("learning_rate", 0.1), ("b1", 0.9))),
        ),
        (" adam @ Adam fast : learning_rate = 1e-3 ", "adam@Adam fast:learning_rate=0.001"),
        ("adam@β₁ = 0.9 @ home", Spec(name="adam", label="β₁ = 0.9 @ home")),
        ("rmsprop:nesterov=True,eps=None,momentum=false", "rmsprop:nesterov=true,eps=none,momentum=false"),
        (
            "conjugate_gradient:method=pr+",
            Spec(name="conjugate_gradient", hyperparameters=(("method", "pr+"),)),
        ),
        ("aggmo:betas=[0, 0.9, 0.99]", Spec(name="aggmo", hyperparameters=(("betas", (0, 0.9, 0.99)),))),
        ("aggmo:betas=[]", Spec(name="aggmo", hyperparameters=(("betas", ()),))),
        (
            "sgd:learning_rate=cosine(0.1,100)",
            Spec(name="sgd", hyperparameters=(("learning_rate", Call(name="cosine", args=(0.1, 100))),)),
        ),
        (
            "lookahead:inner=(adam@in:learning_rate=-1),sync_period=5",
            Spec(
                name="lookahead",
                hyperparameters=(
                    ("inner", Spec(name="adam", label="in", hyperparameters=(("learning_rate", -1),))),
                    ("sync_period", 5),
                ),
            ),
        ),
    ],
)
def test_texts_of_optimizers_are_read(text, spec):
    assert parse_spec(text) == (parse_spec(spec) if isinstance(spec, str) else spec)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("5", int),
        ("-1", int),
        ("+3", int),
        ("5.", float),
        (".5", float),
        ("1e3", float),
        ("true", bool),
        ("a1", str),
    ],
)
def test_a_value_keeps_its_kind(text, kind):
    ((_, value),) = parse_spec(f"adam:key={text}").hyperparameters
    assert type(value) is kind


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "an optimizer's name, not the end"),
        (":learning_rate=1", 1, "an optimizer's name, not ':'"),
        ("2adam", 1, "an optimizer's name, not '2adam'"),
        ("adam:", 6, "a hyper-parameter's name, not the end"),
        ("adam@:b1=1", 6, "label after '@' is empty"),
        ("adam@a\x07b", 6, "cannot be printed"),
        ("adam learning_rate=0.1", 6, "expected ':' or the end"),
        ("adam=0.1", 5, "follow a colon"),
        ("adam:b1=0.1,", 13, "a hyper-parameter's name, not the end"),
        ("adam:b1=0.1@fast", 12, "directly after the name"),
        ("adam:b1=", 9, "expected a value, not the end"),
        ("adam:b1=0.1x", 9, "'0.1x'"),
        ("adam:b1=1_000", 9, "'1_000'"),
        ("adam:b1=0.9,b1=0.8", 13, "'b1' is given twice"),
        ("adam:b1=NaN", 9, "'NaN' is not a number"),
        ("adam:b1=-inf", 9, "'-inf' is not a number"),
        ("adam:b1=1e999", 9, "too large"),
        ("adam:b1=99999999999999999999", 9, "write 1e+20"),
        ("aggmo:betas=0,0.9", 15, "'aggmo:betas=[0,0.9,0.99]'"),
        ("aggmo:betas=[0,0.9", 19, "expected ',' or ']', not the end"),
        ("aggmo:betas=[0,0.9)", 19, "expected ',' or ']', not ')'"),
        ("sgd:learning_rate=cosine(0.1,100", 33, "expected ',' or ')'"),
        ("lookahead:inner=adam:b1=0.1", 21, "stands in parentheses"),
        ("lookahead:inner=(adam:b1=0.1),b2=1)", 35, "expected ',' or the end, not ')'"),
        ("adam\0", 5, "expected ':' or the end"),
    ],
)
def test_an_error_points_at_the_place_and_gives_a_remedy(text, column, message):
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    error = caught.value
    assert message in str(error)
    assert (error.text, error.column) == (text, column)
    assert f"(column {column})" in str(error)


def test_an_error_in_full_gives_place_and_example():
    with pytest.raises(SpecError) as caught:
        parse_spec("adam:learning_rte")
    assert str(caught.value) == (
        "Optimizer 'adam:learning_rte': expected '=' after 'learning_rte' (column 18), "
        "as in 'adam:learning_rate=0.1'."
    )


@pytest.mark.parametrize(
    "text",
    ["a:b=" + "[" * 100_000, "a:b=" + "(a:b=" * 50_000, "a:b=" + "c(" * 50_000, "a:b=" + "0" * 100_000],
)
def test_a_flood_is_refused_in_a_short_line(text):
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    assert len(str(caught.value)) < 300


def outcome(text: str) -> Spec | SpecError:
    try:
        return parse_spec(text)
    except SpecError as error:
        return error


def check_outcome(text: str) -> None:
    match outcome(text):
        case SpecError() as error:
            assert 1 <= error.column <= len(text) + 1
            assert str(error).isprintable()
        case Spec() as spec:
            assert parse_spec(format_spec(spec)) == spec


@settings(quick, max_examples=100)
@given(text=st.text() | st.text("ab@:=,()[] 01.e-+", max_size=30) | st.text(printable, max_size=20))
def test_any_text_is_read_or_refused_in_one_line(text):
    check_outcome(text)


@quick
@given(spec=specs_of(values))
def test_writing_and_reading_gives_the_same_optimizer(spec):
    again = parse_spec(format_spec(spec))
    assert again == spec
    assert repr(again) == repr(spec)


@quick
@given(spec=specs_of(values), place=st.floats(0, 1), other=st.sampled_from("@:=,()[] x1\n"))
def test_a_damaged_text_is_read_or_refused(spec, place, other):
    text = format_spec(spec)
    cut = int(place * len(text))
    for damaged in (text[:cut], text[:cut] + other + text[cut:], text[:cut] + other + text[cut + 1 :]):
        check_outcome(damaged)


@pytest.mark.parametrize(
    "spec",
    [
        Spec(name="adam", hyperparameters=(("b1", float("nan")),)),
        Spec(name="adam", hyperparameters=(("b1", "a,b=1"),)),
        Spec(name="adam", hyperparameters=(("b1", "true"),)),
        Spec(name="adam", label=" fast"),
        Spec(name="adam", label=""),
    ],
)
def test_a_value_outside_the_grammar_is_not_written(spec):
    with pytest.raises(ValueError, match=r"would not be read|Optimizer"):
        format_spec(spec)


def test_reading_loads_no_jax():
    code = (
        "import sys; from ravine.optimizers._spec import parse_spec; parse_spec('adam');"
        "assert not {'jax', 'optax', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
