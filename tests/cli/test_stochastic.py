"""The options of stochastic, scheduled, wrapped and asynchronous descent: what they do."""

import json

import numpy as np
import pytest
from PIL import Image

from ravine import landscapes

PICTURE = ["--steps", "12", "--size", "96x64", "--seconds", "0.4"]
SGD = ["-O", "sgd:learning_rate=0.05"]
HOGWILD = "hogwild:learning_rate=0.05,workers=3"


def recipe_in(path):
    """The recipe in a film's comment."""
    with Image.open(path) as film:
        comment = film.info.get("comment") or film.info["Comment"]
    text = comment.decode() if isinstance(comment, bytes) else comment
    return json.loads(text.removeprefix("ravine "))


def pixels(path):
    with Image.open(path) as still:
        return np.array(still.convert("RGB"))


def traced(ravine, *arguments):
    return json.loads(ravine.works("trace", *arguments, "-q").stdout)


def drawn(ravine, folder, *arguments):
    """The last frame of a film, as pixels."""
    ravine.works("animate", *arguments, *PICTURE, "-q", "-o", "film.png")
    return pixels(folder / "film.png")


class TestSampling:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--batch-size", "full"], "gradients on all 64 examples"),
            ([], "gradients on minibatches of 8 of 64"),
            (["--batch-order", "replacement"], "gradients on minibatches of 8 of 64, with replacement"),
        ],
    )
    def test_on_a_finite_sum(self, ravine, options, said):
        trace = traced(ravine, "linear_regression", *SGD, "--steps", 12, *options)
        assert trace["sampling"] == said

    def test_full_batches_are_the_loss_itself(self, ravine):
        trace = traced(ravine, "linear_regression", *SGD, "--steps", 12, "--batch-size", "full")
        examples = landscapes.load("linear_regression").examples
        points = np.array(trace["runs"][0]["points"])
        slopes = (points[:-1] @ examples.inputs.T - examples.targets) @ examples.inputs / 64
        np.testing.assert_allclose(np.diff(points, axis=0), -0.05 * slopes, rtol=1e-9)

    def test_the_seed_draws_the_batches(self, ravine):
        command = ["linear_regression", *SGD, "--steps", 12]
        one, again, other = (traced(ravine, *command, "--seed", seed)["runs"] for seed in (1, 1, 2))
        assert one == again != other

    def test_noise_says_so_and_moves_the_run(self, ravine, in_folder):
        calm = traced(ravine, "beale", *SGD, "--steps", 12, "--rates", "published")
        noise = ["--noise", "0.5", "--noise-shape", "uniform"]
        noisy = traced(ravine, "beale", *SGD, "--steps", 12, *noise)
        assert (calm["sampling"], noisy["sampling"]) == (None, "gradients with uniform noise up to ±0.5")
        assert noisy["runs"][0]["points"] != calm["runs"][0]["points"]

    def test_early_stopping_shows_the_other_run_too(self, ravine, in_folder):
        command = ["small_sample_regression", "-O", "sgd:learning_rate=0.3", "--batch-size", "full"]
        stop = ["--early-stopping", 5, "--steps", 60]
        both = traced(ravine, *command, *stop)["runs"]
        assert [run["label"] for run in both] == ["SGD", "SGD, not stopped"]
        assert 0 < both[0]["stopped_at"] < 60
        assert both[1]["stopped_at"] is None
        (alone,) = traced(ravine, *command, *stop, "--no-control")["runs"]
        assert alone == both[0]

    def test_the_film_holds_the_options(self, ravine, in_folder):
        options = ["--batch-size", "3", "--batch-order", "replacement", "--seed", 3, "--show-batch"]
        ravine.works("animate", "linear_regression", *SGD, *PICTURE, *options, "-o", "film.png")
        found = recipe_in(in_folder / "film.png")
        assert {key: found[key] for key in ("batch_size", "batch_order", "seed", "show_batch")} == {
            "batch_size": 3,
            "batch_order": "replacement",
            "seed": 3,
            "show_batch": True,
        }


class TestPicture:
    def test_a_clock_of_evaluations(self, ravine, in_folder):
        options = ["-O", "sam:learning_rate=0.05", *SGD]
        steps = drawn(ravine, in_folder, "linear_regression", *options)
        evaluations = drawn(ravine, in_folder, "linear_regression", *options, "--clock", "evaluations")
        assert (steps != evaluations).any()
        assert recipe_in(in_folder / "film.png")["clock"] == "evaluations"

    def test_vectors_with_and_without_a_word(self, ravine, in_folder):
        bare = drawn(ravine, in_folder, "beale", *SGD, "--frame", 0)
        steps = drawn(ravine, in_folder, "beale", *SGD, "--frame", 0, "--show-vectors")
        assert recipe_in(in_folder / "film.png")["show_vectors"] == "step"
        np.testing.assert_array_equal(
            steps, drawn(ravine, in_folder, "beale", *SGD, "--frame", 0, "--show-vectors", "step")
        )
        minimum = drawn(ravine, in_folder, "beale", *SGD, "--frame", 0, "--show-vectors", "minimum")
        pictures = [bare, steps, minimum]
        assert len({picture.tobytes() for picture in pictures}) == 3

    def test_the_contours_of_a_batch(self, ravine, in_folder):
        bare = drawn(ravine, in_folder, "linear_regression", *SGD)
        assert (drawn(ravine, in_folder, "linear_regression", *SGD, "--show-batch") != bare).any()

    def test_two_slices(self, ravine, in_folder):
        lines = ["--slice", -1, 0, 1, 0, "--slice", 0, -1, 0, 1]
        bare, one, two = (drawn(ravine, in_folder, "beale", *SGD, *some) for some in ([], lines[:5], lines))
        assert (bare != one).any()
        assert (one != two).any()
        assert recipe_in(in_folder / "film.png")["slices"] == [[-1.0, 0.0, 1.0, 0.0], [0.0, -1.0, 0.0, 1.0]]

    def test_a_loss_of_one_variable_is_a_curve(self, ravine, in_folder):
        curve = drawn(ravine, in_folder, "double_well", *SGD)
        np.testing.assert_array_equal(curve, drawn(ravine, in_folder, "double_well", *SGD, "--view", "curve"))

    @pytest.mark.parametrize("series", ["learning_rate", "held_out_loss"])
    def test_what_is_plotted(self, ravine, in_folder, series):
        schedule = ["-O", "sgd:learning_rate=cosine(0.5,12)"]
        chart = ["--view", "chart", "--plot", series]
        assert len(np.unique(drawn(ravine, in_folder, "noisy_moons", *schedule, *chart))) > 5


class TestRules:
    def test_a_schedule(self, ravine):
        trace = traced(ravine, "beale", "-O", "sgd:learning_rate=linear(0.01,0.002,4)", "--steps", 6)
        rates = trace["runs"][0]["series"]["learning_rate"]
        np.testing.assert_allclose(rates, [0.01, 0.008, 0.006, 0.004, 0.002, 0.002], rtol=1e-9)

    @pytest.mark.parametrize("text", ["lookahead:inner=(adam:b1=0.8),sync_period=2", "lookahead"])
    def test_a_rule_inside_a_rule_is_tuned_and_reproduced(self, ravine, text):
        result = ravine.works("trace", "beale", "-O", text, "--steps", 12)
        told = result.stderr.strip()
        assert told.startswith("Rates tuned; the same again: -O ")
        assert "learning_rate=" in told
        again = ravine.works("trace", "beale", "-O", told.split("-O ")[1].strip("'"), "--steps", 12)
        assert json.loads(again.stdout)["runs"][0]["points"] == json.loads(result.stdout)["runs"][0]["points"]

    def test_workers_come_with_their_control(self, ravine):
        command = ["linear_regression", "-O", HOGWILD, "--steps", 12, "--batch-size", "full"]
        both = traced(ravine, *command)["runs"]
        assert [run["label"] for run in both] == ["Hogwild!", "Hogwild!, no delay"]
        assert [run["hyperparameters"]["workers"] for run in both] == [3, 1]
        assert set(both[0]["balls"]) == {"worker 1", "worker 2", "worker 3", "read"}


def test_an_option_takes_back_what_a_recipe_asks_for(ravine, in_folder):
    (in_folder / "recipe.toml").write_text(f'batch_size = 2\nsteps = 12\noptimizers = ["{HOGWILD}"]\n')
    options = ["--recipe", "recipe.toml", "--batch-size", "full", "--no-control"]
    trace = traced(ravine, "linear_regression", *options)
    assert trace["sampling"] == "gradients on all 64 examples"
    assert len(trace["runs"]) == 1
