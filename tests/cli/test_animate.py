"""ravine animate: what its options do to the film."""

import json
import re
import shlex
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from ravine import gallery, landscapes


def pictures(path: Path) -> list[np.ndarray]:
    with Image.open(path) as film:
        return [np.array(frame.convert("RGB")) for frame in ImageSequence.Iterator(film)]


def recipe_in(path: Path) -> dict[str, object]:
    """The recipe in a film's comment."""
    with Image.open(path) as film:
        comment = film.info.get("comment") or film.info["Comment"]
    text = comment.decode() if isinstance(comment, bytes) else comment
    assert text.startswith("ravine ")
    return json.loads(text.removeprefix("ravine "))


def test_a_film_replaces_an_earlier_one_and_the_report_is_one_line_and_the_rates(ravine, in_folder, small):
    (in_folder / "film.gif").write_bytes(b"earlier")
    result = ravine.works("animate", "beale", *small[2:], "-O", "sgd", "-o", "film.gif")
    assert len(pictures(in_folder / "film.gif")) == 10
    first, second = result.stdout.splitlines()
    size = (in_folder / "film.gif").stat().st_size
    assert first == f"film.gif: 96x64, 10 frames, {size / 1000:.0f} kB"
    assert re.fullmatch(r"Rates tuned; the same again: -O sgd:learning_rate=[0-9.e-]+", second)
    assert result.stderr == ""


def test_no_rates_are_printed_where_none_was_tuned(ravine, in_folder, small):
    given = ravine.works("animate", "beale", *small, "-o", "film.png")
    published = ravine.works(
        "animate", "beale", *small[2:], "-O", "sgd", "--rates", "published", "-o", "film.png"
    )
    assert "tuned" not in given.stdout + published.stdout
    assert recipe_in(in_folder / "film.png")["rates"] == "published"


def test_quiet(ravine, in_folder, small):
    result = ravine.works("animate", "beale", *small, "--start", "20", "1", "-q", "-o", "film.png")
    assert (result.stdout, result.stderr) == ("", "")
    assert ravine.works("trace", "beale", "-O", "sgd", "--steps", 12, "-q", "-o", "trace.csv").output == ""
    assert {path.name for path in in_folder.iterdir()} == {"film.png", "trace.csv"}


def test_the_film_that_is_made(ravine, in_folder, small):
    ravine.works("animate", "beale", *small, "--fps", "20", "--hold", "0.5", "-o", "film.gif")
    with Image.open(in_folder / "film.gif") as film:
        assert film.size == (96, 64)
        delays = [frame.info["duration"] for frame in ImageSequence.Iterator(film)]
    assert sum(delays) == 7 * 50 + 500
    assert delays[-1] == 500


def test_the_default_path_of_a_film(ravine, in_folder, small):
    small = [*small[:-2], "--seconds", "0.1"]
    ravine.works("animate", "beale", *small)
    ravine.works("animate", "--function", "x**2 + y**2", *small)
    (in_folder / "my-film.toml").write_text('landscape = "beale"')
    ravine.works("animate", "--recipe", "my-film.toml", *small)
    names = {path.name for path in in_folder.glob("*.gif")}
    assert names == {"beale.gif", "function.gif", "my-film.gif"}


@pytest.mark.parametrize("name", ["film.mp4", "film.webm", "film.webp", "film.png", "FILM.GIF"])
def test_a_film_in_each_other_format(ravine, in_folder, small, name):
    report = ravine.works("animate", "beale", *small, "-o", name).stdout
    assert report.startswith(f"{name}: 96x64, {'' if name == 'film.png' else '10 frames, '}")
    assert [path.name for path in in_folder.iterdir()] == [name]
    assert (in_folder / name).stat().st_size > 1000


def test_a_folder_of_frames(ravine, in_folder, small_but):
    for count, seconds in ((12, "0.5"), (10, "0.4")):
        report = ravine.works("animate", "beale", *small_but("--seconds", seconds), "-o", "frames/").stdout
        assert f"96x64, {count} frames, " in report
        names = sorted(path.name for path in (in_folder / "frames").iterdir())
        assert names == [f"frame-{index:04}.png" for index in range(count)]


def test_single_frames_are_those_of_the_film(ravine, in_folder, small):
    ravine.works("animate", "beale", *small, "-q", "-o", "frames/")
    film = [pictures(path)[0].astype(int) for path in sorted((in_folder / "frames").iterdir())]
    for options, wanted in ((["--frame", 0], 0), (["--frame", 4], 4), (["--frame", -10], 0), ([], 9)):
        ravine.works("animate", "beale", *small, "-q", *options, "-o", "still.png")
        (still,) = pictures(in_folder / "still.png")
        # What is drawn anew from frame to frame may differ by a shade from what is drawn at once.
        assert np.abs(still - film[wanted]).max() <= 3
        assert int(np.argmin([np.abs(still - frame).sum() for frame in film])) == wanted


def test_the_printed_rates_make_the_same_file(ravine, in_folder, small):
    options = ["-O", "sgd", "-O", "adam@it's mine:b1=0.8", "-O", "sgd@given:learning_rate=0.01"]
    report = ravine.works("animate", "beale", *small[2:], *options, "-o", "one.apng").stdout
    again = shlex.split(report.partition("the same again:")[2])
    assert again[0::2] == ["-O"] * 3
    assert [re.sub(r"learning_rate=[^,]*", "", text) for text in again[1::2]] == [
        "sgd:",
        "adam@it's mine:b1=0.8,",
        "sgd@given:",
    ]
    second = ravine.works("animate", "beale", *small[2:], *again, "-o", "two.apng").stdout
    assert "tuned" not in second
    assert (in_folder / "one.apng").read_bytes() == (in_folder / "two.apng").read_bytes()


class TestRecipes:
    TEXT = """
    landscape = "booth"
    optimizers = ["sgd:learning_rate=0.05"]
    steps = 12
    size = "96x64"
    seconds = 0.4
    hold = 0.3
    theme = "dark"
    title = "Mine"
    """

    def test_a_file(self, ravine, in_folder):
        (in_folder / "mine.toml").write_text(self.TEXT)
        report = ravine.works("animate", "--recipe", "mine.toml").stdout
        assert report.startswith("mine.gif: 96x64, 10 frames")
        assert recipe_in(in_folder / "mine.gif") == {
            "landscape": "booth",
            "optimizers": ["sgd:learning_rate=0.05"],
            "steps": 12,
            "size": [96, 64],
            "seconds": 0.4,
            "hold": 0.3,
            "theme": "dark",
            "title": "Mine",
            "seed": 0,
        }

    def test_options_override_it(self, ravine, in_folder):
        (in_folder / "mine.toml").write_text(self.TEXT)
        options = [
            "--theme",
            "light",
            "--size",
            "80x64",
            "-O",
            "sgd:learning_rate=0.01",
            "--title",
            "Yours",
        ]
        ravine.works("animate", "beale", "--recipe", "mine.toml", *options, "-o", "film.png")
        found = recipe_in(in_folder / "film.png")
        assert found["optimizers"] == ["sgd:learning_rate=0.01"]
        assert (found["title"], found["size"], found["hold"]) == ("Yours", [80, 64], 0.3)
        assert found.get("landscape", "beale") == "beale"
        assert found.get("theme", "light") == "light"

    def test_a_landscape_overrides_its_function(self, ravine, in_folder):
        (in_folder / "mine.toml").write_text(
            'function = "x**2 + y**2"\noptimizers = ["sgd:learning_rate=0.01"]\nsteps = 12\n'
        )
        trace = json.loads(ravine.works("trace", "beale", "--recipe", "mine.toml", "-q").stdout)
        assert trace["landscape"] == "beale"

    def test_a_landscape_overrides_its_function_and_its_domain(self, ravine, in_folder):
        (in_folder / "mine.toml").write_text(
            'function = "x**2 + y**2"\ndomain = [-1, 1, -1, 1]\n'
            'optimizers = ["sgd:learning_rate=0.01"]\nsteps = 12\n'
        )
        trace = json.loads(ravine.works("trace", "beale", "--recipe", "mine.toml", "-q").stdout)
        assert trace["landscape"] == "beale"

    def test_a_function_overrides_its_landscape(self, ravine, in_folder):
        (in_folder / "mine.toml").write_text(self.TEXT)
        options = ["--function", "x**2 + y**2", "--domain", "-1", "1", "-1", "1"]
        trace = json.loads(ravine.works("trace", "--recipe", "mine.toml", *options, "-q").stdout)
        assert trace["landscape"] != "booth"
        assert all(-1 <= value <= 1 for value in trace["start"])

    @pytest.mark.parametrize("name", gallery.names())
    def test_every_shipped_one_is_whole(self, ravine, in_folder, name):
        recipe = gallery.load(name)
        assert recipe.about
        assert recipe.function or recipe.landscape in landscapes.names()
        assert ravine.works("show", name).stdout.startswith(f"recipe      {name}\n")


class TestGround:
    def test_a_function_with_its_domain(self, ravine, in_folder, small):
        ravine.works(
            "animate", "--function", "x**2 + 3*sin(y)", "--domain", -4, 4, -6, 6, *small, "-o", "film.png"
        )
        found = recipe_in(in_folder / "film.png")
        assert (found["function"], found["domain"]) == ("x**2 + 3*sin(y)", [-4.0, 4.0, -6.0, 6.0])

    def test_a_function_of_ones_own_module(self, ravine, in_folder):
        (in_folder / "my_bowls.py").write_text("def bowl(p):\n    return p[0] ** 2 + 3 * p[1] ** 2\n")
        command = [
            "trace",
            "--function",
            "my_bowls:bowl",
            "-O",
            "sgd:learning_rate=0.1",
            "--steps",
            "12",
        ]
        traced = ravine.works(*command)
        assert traced.stderr == ""
        points = np.array(json.loads(traced.stdout)["runs"][0]["points"])
        np.testing.assert_allclose(points[1:], points[:-1] * [0.8, 0.4], rtol=1e-12)

    def test_a_window_is_another_picture_of_the_same_descents(self, ravine, in_folder, small):
        ravine.works("animate", "beale", *small, "-o", "one.png")
        ravine.works("animate", "beale", *small, "--window", 0, 4, -1, 2, "-o", "two.png")
        one, two = (pictures(in_folder / name)[0] for name in ("one.png", "two.png"))
        assert (one != two).any()
        assert recipe_in(in_folder / "two.png")["window"] == [0.0, 4.0, -1.0, 2.0]

    def test_a_start(self, ravine):
        command = ["trace", "beale", "-O", "sgd:learning_rate=0.01", "--steps", 12]
        trace = json.loads(ravine.works(*command, "--start", "0.5", "-1").stdout)
        assert trace["start"] == [0.5, -1.0]
        assert trace["runs"][0]["points"][0] == [0.5, -1.0]

    def test_a_random_start_goes_by_the_seed(self, ravine):
        def drawn(*options: object) -> tuple[list[float], int]:
            command = ["trace", "beale", "-O", "sgd:learning_rate=0.01", "--steps", 12, "--random-start"]
            trace = json.loads(ravine.works(*command, *options).stdout)
            return trace["start"], trace["seed"]

        starts = [drawn("--seed", seed) for seed in range(4)]
        assert starts[0] == drawn()
        assert starts[2] == drawn("--seed", 2)
        assert len({tuple(start) for start, _ in starts}) == 4
        assert [seed for _, seed in starts] == [0, 1, 2, 3]
        (x0, x1), (y0, y1) = landscapes.load("beale").window
        assert all(x0 < x < x1 and y0 < y < y1 for (x, y), _ in starts)


LOOKS = [
    *(("contour", "light", "all"), ("contour", "dark", "none"), ("contour", "radford", "all")),
    *(("surface", "dark", "legend"), ("surface", "radford", "none")),
]


@pytest.mark.parametrize(("view", "theme", "panels"), LOOKS)
def test_every_look_can_be_drawn(ravine, in_folder, small_but, view, theme, panels):
    options = ["--view", view, "--theme", theme, "--panels", panels]
    ravine.works("animate", "beale", *small_but("--size", "160x90"), *options, "-q", "-o", "film.png")
    (picture,) = pictures(in_folder / "film.png")
    assert picture.shape == (90, 160, 3)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50


def test_a_turning_surface(ravine, in_folder, small):
    options = ["--view", "surface", "--turn", "60", "--azimuth", "30", "--elevation", "50"]
    ravine.works("animate", "beale", *small[:-2], "--seconds", "0.12", *options, "-o", "film.gif")
    first, *_, last = pictures(in_folder / "film.gif")
    assert (first != last).any(-1).mean() > 0.1


def test_the_output_may_be_a_link(ravine, in_folder, small):
    (in_folder / "real.gif").write_bytes(b"earlier")
    (in_folder / "film.gif").symlink_to("real.gif")
    ravine.works("animate", "beale", *small, "-o", "film.gif")
    assert (in_folder / "film.gif").is_symlink()
    with Image.open(BytesIO((in_folder / "real.gif").read_bytes())) as film:
        assert film.n_frames == 10
