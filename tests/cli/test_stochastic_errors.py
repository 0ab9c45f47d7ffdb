"""Wrong options of stochastic, scheduled, wrapped and asynchronous descent: one line that says what to do."""

import pytest

PICTURE = ["--steps", "12", "--size", "320x180", "--seconds", "0.4"]

WRONG = {
    "linear_regression --batch-size abc": "batch_size must be a whole number of examples, at least 1, or "
    "full; got 'abc'.",
    "linear_regression --batch-size 2.5": "or full; got '2.5'.",
    "linear_regression --batch-size 0": "or full; got 0.",
    "linear_regression --batch-size -3": "or full; got '-3'.",
    "linear_regression --batch-size 9999": "batch_size must be at most 64 on linear_regression; got 9999.",
    "beale --batch-size 4": "batch_size needs a landscape with examples, such as noisy_moons; beale has "
    "none.",
    "beale --batch-order curriculum": "batch_order needs a landscape with examples, such as noisy_moons;",
    "noisy_moons --batch-order sorted": "'sorted' is not one of 'shuffled', 'replacement', 'curriculum'.",
    "beale --noise -1": "noise must be at least 0; got -1.0.",
    "beale --noise nan": "noise must be a finite number; got nan.",
    "beale --noise loud": "'loud' is not a valid float.",
    "noisy_moons --noise 0.2": "noise is for landscapes without examples; noisy_moons has 200: give "
    "batch_size.",
    "beale --noise-shape cauchy": "'cauchy' is not one of 'normal', 'uniform'.",
    "beale --noise-shape uniform": "noise_shape is uniform, but there is no noise: give noise too.",
    "beale --early-stopping 3": "early_stopping needs a landscape with examples, such as noisy_moons;",
    "noisy_moons --early-stopping 0": "early_stopping must be at least 1; got 0.",
    "noisy_moons --early-stopping soon": "'soon' is not a valid integer.",
    "double_well --start 1 2": "double_well is a loss of x alone: start must be x and 0; got 1 and 2.",
}
"""Of animate and of trace."""


@pytest.mark.parametrize("command", ["animate", "trace"])
@pytest.mark.parametrize("options", WRONG)
def test_wrong_descents(ravine, in_folder, command, options):
    assert WRONG[options] in ravine.fails(command, *options.split(), "-O", "sgd", "--steps", 12)
    assert list(in_folder.iterdir()) == []


WRONG_PICTURES = {
    "beale --clock seconds": "'seconds' is not one of 'steps', 'evaluations'.",
    "beale --clock evaluations --show-vectors": "show_vectors shows single steps: it needs clock steps;",
    "noisy_moons --clock evaluations --show-batch": "show_batch shows single steps: it needs clock steps;",
    "beale --show-vectors gradient": "'gradient' is not one of 'step', 'newton', 'minimum', 'none'.",
    "monkey_saddle --show-vectors minimum": "monkey_saddle has no known minimum that vectors could point to; "
    "step and newton need none.",
    "beale --show-batch": "show_batch needs a landscape with examples, such as noisy_moons; beale has none.",
    "saddle --slice -1 0 1": "Option '--slice' requires 4 arguments. 'ravine animate --help' explains.",
    "saddle --slice 1 0 1 0": "A slice must end elsewhere than it begins; got (1.0, 0.0, 1.0, 0.0).",
    "saddle --slice 1 0 1 nan": "slices must be lines X0 Y0 X1 Y1 in finite numbers; got (1.0, 0.0, 1.0, ",
    "saddle --slice 0 0 1 1 --slice 0 0 1 2 --slice 0 0 1 3 --slice 0 0 1 4": "A picture has room for 3 "
    "slices; got 4.",
    "beale --view curve": "The view curve is for a loss of x alone; beale has two variables: see --slice.",
    "double_well --view contour": "double_well is a loss of x alone: its view is curve; got contour.",
    "double_well --view surface": "double_well is a loss of x alone: its view is curve; got surface.",
    "double_well --slice 0 0 1 1": "There is no room for slices on double_well, which is a loss of x alone.",
    "double_well --show-vectors": "There is no room for show_vectors on double_well, which is a loss of x "
    "alone.",
    "beale --view surface --show-vectors": "The view surface has no room for show_vectors; contour has.",
    "noisy_moons --view chart --show-batch": "The view chart has no room for show_batch; contour has.",
    "beale --view chart --slice 0 0 1 1": "The view chart has no room for slices; contour or surface has.",
    "beale --plot nonsense": "plot is loss, gradient_norm, step; got 'nonsense'.",
    "beale --plot accuracy": "plot is loss, gradient_norm, step; got 'accuracy'.",
}


@pytest.mark.parametrize("options", WRONG_PICTURES)
def test_wrong_pictures(ravine, in_folder, options):
    landscape, *wrong = options.split()
    said = ravine.fails("animate", landscape, "-O", "sgd", *PICTURE, *wrong)
    assert WRONG_PICTURES[options] in said
    assert list(in_folder.iterdir()) == []


WRONG_SPECS = {
    "sgd:learning_rate=cosin(0.1,100)": ("'cosin' is not a schedule. Did you mean 'cosine'?",),
    "sgd:learning_rate=cosine(0.1)": ("cosine(rate, steps, final=0.0)", "2 to 3 arguments; got 1"),
    "sgd:learning_rate=cosine(0.1,100,0,1)": ("2 to 3 arguments; got 4",),
    "sgd:learning_rate=cosine()": ("2 to 3 arguments; got 0",),
    "sgd:learning_rate=cosine(fast,100)": ("rate of cosine must be a number; got 'fast'.",),
    "sgd:learning_rate=cosine(0.1,ten)": ("steps of cosine must be a whole number, at least 0; got 'ten'.",),
    "sgd:learning_rate=cosine(0.1,2.5)": ("steps of cosine must be a whole number", "got 2.5"),
    "sgd:learning_rate=cosine(0.1,0)": ("steps of cosine must be at least 1; got 0.",),
    "sgd:learning_rate=cosine(nan,100)": ("'nan' is not a number to calculate with", "give a finite one"),
    "sgd:learning_rate=cosine(0.1,100": ("expected ',' or ')', not the end (column 33)",),
    "sgd:learning_rate=[0.1,0.2]": ("learning_rate of SGD must be one number here; got 2 of them.",),
    "hogwild:learning_rate=reduce_on_plateau(0.1)": (
        "hogwild does not see the loss, which reduce_on_plateau(0.1) follows: give another schedule.",
    ),
    "lookahead:inner=(adm)": ("'adm' is not an optimizer. Did you mean 'adam'?",),
    "lookahead:inner=adm": ("'adm' is not an optimizer. Did you mean 'adam'?",),
    "lookahead:inner=(adam:lr=0.1)": ("adam has no hyper-parameter 'lr'. Did you mean 'learning_rate'?",),
    "lookahead:inner=(adam:learning_rate=fast)": ("learning_rate of adam must be a number; got 'fast'.",),
    "lookahead:inner=3": ("inner of lookahead must be an optimizer, such as adam; got 3.",),
    "lookahead:inner=none": ("inner of lookahead must be an optimizer, such as adam; got None.",),
    "lookahead:inner=": ("expected a value, not the end",),
    "lookahead:inner=(adam": ("expected ',' or ')', not the end",),
    "lookahead:inner=adam:learning_rate=0.1": ("a rule inside a rule stands in parentheses",),
    "lookahead:learning_rate=0.1": ("Give it to the rule inside: lookahead:inner=(adam:learning_rate=...)",),
    "adam:inner=sgd": ("adam has no hyper-parameter 'inner'.",),
    "lookahead:sync_period=0": ("sync_period of lookahead must be a whole number of steps, at least 1;",),
    "hogwild:workers=0": ("workers of hogwild must be a whole number, at least 1; got 0.",),
    "hogwild:workers=2.5": ("workers of hogwild must be a whole number; got 2.5.",),
    "hogwild:max_delay=-1": ("max_delay of hogwild must be a whole number, from 0 to 10000; got -1.",),
    "hogwild:delays=3": ("delays of hogwild must be a list; got 3.",),
    "hogwild:delays=[99]": ("delays of hogwild must hold whole numbers from 0 to 8; got 99.",),
    "hogwild:seed=-1": ("seed of hogwild must be a whole number, at least 0; got -1.",),
    "downpour:fetch_period=0": ("fetch_period of downpour must be a whole number, at least 1; got 0.",),
    "downpour:server=adam": ("server of downpour must be sgd or adagrad; got 'adam'.",),
    "downpour:order=[0,7]": ("order of downpour must hold whole numbers from 0 to 2; got 7.",),
    "delayed_sgd:delay=1.5": ("delay of delayed_sgd must be a whole number; got 1.5.",),
    "easgd:mode=both": ("mode of easgd must be async or sync; got 'both'.",),
    "easgd:period=0": ("period of easgd must be a whole number, at least 1; got 0.",),
    "easgd:worker_starts=[[0,0]]": ("worker_starts of easgd must hold 4 points, one a worker;",),
    "easgd:worker_starts=[0,0,1,1]": ("worker_starts of easgd must hold 4 points", "(0, 0, 1, 1)"),
    "aggmo:betas=[]": ("betas of aggmo must be a list of momenta, such as [0,0.9,0.99]; got ().",),
}


@pytest.mark.parametrize("spec", WRONG_SPECS)
def test_wrong_rules(ravine, in_folder, spec):
    line = ravine.fails("trace", "beale", "-O", spec, "--steps", 12)
    for said in WRONG_SPECS[spec]:
        assert said in line
    assert list(in_folder.iterdir()) == []


def test_a_wrong_number_of_values_names_the_command_that_explains(ravine):
    assert ravine.fails("trace", "beale", "--start", 1).endswith(
        "Option '--start' requires 2 arguments. 'ravine trace --help' explains."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("batch_size = 0", "batch_size must be a whole number of examples, at least 1, or full; got 0."),
        ("slices = [[0, 0, 1]]", "slices must be lines X0 Y0 X1 Y1 in finite numbers; got (0, 0, 1)."),
        ('show_vectors = "all"', "show_vectors must be step or newton or minimum; got 'all'."),
        ('clock = "time"', "clock must be steps or evaluations; got 'time'."),
        ('control = "no"', "control must be true or false; got 'no'."),
        ("plot = 3", "plot must be a word; got 3."),
        ("show_batch = 1", "show_batch must be true or false; got 1."),
    ],
)
def test_wrong_recipes(ravine, in_folder, text, said):
    (in_folder / "recipe.toml").write_text(f'landscape = "noisy_moons"\n{text}\n')
    assert said in ravine.fails("animate", "--recipe", "recipe.toml")
