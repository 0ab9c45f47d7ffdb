"""What a user can get wrong: one line that says what and how to mend it, the right exit status, no file."""

import os
import shutil
from pathlib import Path

import pytest

from ravine import gallery, landscapes, optimizers

FILM = "film.gif"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


WRONG_NAMES = {
    "landscape": (["beal"], "'beal' is not a landscape. Did you mean 'beale'?", "landscapes"),
    "landscape, capitals": (["Beale"], "'Beale' is not a landscape. Did you mean 'beale'?", "landscapes"),
    "landscape, hyphens": (
        ["three-hump-camel"],
        "'three-hump-camel' is not a landscape. Did you mean 'three_hump_camel'?",
        "landscapes",
    ),
    "landscape, far off": (["qqqq"], "'qqqq' is not a landscape. 'ravine list", "landscapes"),
    "optimizer": (["beale", "-O", "adm"], "'adm' is not an optimizer. Did you mean 'adam'?", "optimizers"),
    "recipe": (
        ["--recipe", "radford_beale"],
        "'radford_beale' is not a recipe. Did you mean 'radford-beale'?",
        "recipes",
    ),
}


@pytest.mark.parametrize("command", ["animate", "trace"])
@pytest.mark.parametrize("case", WRONG_NAMES)
def test_a_wrong_name(ravine, in_folder, command, case):
    arguments, said, kind = WRONG_NAMES[case]
    line = ravine.fails(command, *arguments)
    assert said in line
    count = {"landscapes": landscapes, "optimizers": optimizers, "recipes": gallery}[kind].names()
    assert f"'ravine list {kind}' shows all {len(count)}." in line
    assert list(in_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "nearest", "kind"),
    [
        ("bealle", "beale", "landscapes"),
        ("adm", "adam", "optimizers"),
        ("radford-beal", "radford-beale", "recipes"),
    ],
)
def test_show_of_a_wrong_name(ravine, name, nearest, kind):
    for options in ([], ["-q"]):
        assert f"Did you mean {nearest!r}?" in ravine.fails("show", name, *options)


@pytest.mark.parametrize(
    ("name", "kind"), [("adm", "optimizers"), ("radford-beal", "recipes"), ("bealle", "landscapes")]
)
def test_show_of_a_wrong_name_tells_where_all_are(ravine, name, kind):
    names = {
        "landscapes": landscapes.names(),
        "optimizers": optimizers.names(),
        "recipes": (*gallery.names(), *gallery.study_names()),
    }
    line = ravine.fails("show", name)
    assert f"'ravine list {kind}'" in line
    assert f"shows all {len(names[kind])}." in line


def test_gallery_of_a_wrong_name_makes_no_film(ravine, in_folder):
    assert "Did you mean 'radford-beale'?" in ravine.fails("gallery", "radford-saddle", "radford-beal")
    assert list(in_folder.iterdir()) == []


WRONG_SPECS = {
    "adam:": ("expected a hyper-parameter's name", "column 6"),
    "adam:learning_rate": ("expected '='", "column 19"),
    "adam:learning_rate=": ("expected a value", "column 20"),
    "adam:learning_rate=0.1,learning_rate=0.2": ("given twice", "give it once"),
    "adam:learning_rate=fast": ("must be a number", "'fast'"),
    "adam:learning_rate=nan": ("not a number to calculate with", "give a finite one"),
    "adam:learning_rate=-inf": ("not a number to calculate with", "give a finite one"),
    "adam:learning_rate=1e999": ("too large", "below 1e308"),
    "adam:learning_rate=true": ("must be a number", "True"),
    "adam:learning_rate=cosin(0.1,100)": ("'cosin' is not a schedule", "Did you mean 'cosine'?"),
    "adam:bias_correction=3": ("must be true or false", "got 3"),
    "adam,learning_rate=0.1": ("expected ':'", "column 5"),
    "adam@:learning_rate=0.1": ("label", "empty"),
    ":learning_rate=0.1": ("expected an optimizer's name", "column 1"),
    "": ("expected an optimizer's name", "the end"),
}


@pytest.mark.parametrize("spec", WRONG_SPECS)
def test_a_wrong_spec(ravine, in_folder, spec):
    line = ravine.fails("animate", "beale", "-O", spec)
    for said in WRONG_SPECS[spec]:
        assert said in line
    assert list(in_folder.iterdir()) == []


@pytest.mark.parametrize(("command", "name"), [("animate", "qhadam"), ("trace", "adam")])
def test_a_wrong_key_lists_the_valid_ones_and_tells_its_column(ravine, command, name):
    line = ravine.fails(command, "beale", "-O", f"{name}:zzz=1")
    for key in optimizers.load(name).defaults:
        assert key in line.partition("It has ")[2]
    assert f"(column {len(name) + 2})" in line


def test_the_usual_short_name_of_the_rate(ravine):
    assert "Did you mean 'learning_rate'?" in ravine.fails("trace", "beale", "-O", "adam:lr=0.1")


WRONG_OPTIONS = {
    "--steps 0": "steps must be at least 1; got 0.",
    "--steps -3": "steps must be at least 1; got -3.",
    "--size 9000x200": "sides of 64 to 8192 pixels; got 9000x200.",
    "--size 200x8193": "sides of 64 to 8192 pixels; got 200x8193.",
    "--size 63x64": "sides of 64 to 8192 pixels; got 63x64.",
    "--size 640": "WIDTHxHEIGHT in pixels, such as 1280x720; got '640'.",
    "--size 640x-480": "WIDTHxHEIGHT in pixels, such as 1280x720; got '640x-480'.",
    "--seconds 0": "seconds must lie between 0.1 and 3600; got 0.",
    "--seconds nan": "seconds must be a finite number; got nan.",
    "--fps 0": "fps must lie between 1 and 120; got 0.",
    "--fps 500": "fps must lie between 1 and 120; got 500.",
    "--view surface --elevation 200": "elevation must lie between -90 and 90; got 200.",
    "--hold -1": "hold must lie between 0 and 600; got -1.",
    "--loops -1": "loops must lie between 0 and 65535; got -1.",
    "--loops 65536": "loops must lie between 0 and 65535; got 65536.",
    "--steps-per-frame 0": "steps_per_frame must lie between 0.001 and 1e+06; got 0.",
    "--start nan 0": "start must be 2 finite numbers; got (nan, 0.0).",
    "--window 1 0 0 1": "window goes X0 X1 Y0 Y1 with X0 < X1 and Y0 < Y1; got (1.0, 0.0, 0.0, 1.0).",
    "--window 0 inf 0 1": "window must be 4 finite numbers; got (0.0, inf, 0.0, 1.0).",
    "--domain 0 1 0 1": "domain belongs to function;",
    "--turn 30": "turn moves the camera of view surface; the view is contour.",
    "--azimuth 30": "azimuth moves the camera of view surface; the view is contour.",
    "--recipe no.toml": "The recipe 'no.toml' cannot be read: No such file or directory.",
    "-o film.flv": "ends in '.flv', which is not a known kind of film; the known ones are .apng, .avi, .gif,",
    "-o film.mp4 --size 321x180": "must be even, and 321x180 is not; take 322x180, or write a GIF.",
    "-o film.webm --size 320x181": "must be even, and 320x181 is not; take 320x182, or write a GIF.",
    "-o no/film.gif": "The folder 'no' of the output does not exist; make it first.",
    "-o no/frames/": "The folder 'no' of the output does not exist; make it first.",
    "-o /dev/null/film.gif": "'/dev/null' is a file, so the output cannot lie in it; name a folder.",
    "-o /dev/null": "'/dev/null'",
    "-o /dev/full": "'/dev/full'",
    "-o .": "'.'",
    "-o film.png --frame 10": "The film has frames 0 to 9; got 10.",
    "-o film.png --frame -11": "The film has frames 0 to 9; got -11.",
}


@pytest.mark.parametrize("options", WRONG_OPTIONS)
def test_a_wrong_option(ravine, in_folder, small_but, options):
    (in_folder / "stranger.txt").write_text("mine")
    line = ravine.fails("animate", "beale", *small_but(*options.split()))
    assert WRONG_OPTIONS[options] in line
    assert names(in_folder) == ["stranger.txt"]


CLICKS_OWN = {
    "animate beale --steps many": "'many' is not a valid integer",
    "animate beale --start 1 north": "'north' is not a valid float",
    "animate beale --view sideways": "'contour', 'surface'",
    "animate beale --no-such-option": "No such option",
    "animate beale --frame 3 -o film.gif": "--frame chooses the frame of a still (.bmp, .jpg, .jpeg, .png or",
    "animate beale --function x": "LANDSCAPE and --function both say what to descend; give one of them.",
    "animate beale booth": "unexpected extra argument",
    "show beale -o beale.gif": "A still is written as .bmp, .jpg, .jpeg, .png or .ppm, and 'beale.gif' ends",
    "show": "Missing argument",
    "list everything": "'landscapes', 'optimizers', 'schedules', 'networks', 'recipes'",
    "anmate beale": "No such command 'anmate'",
}


@pytest.mark.parametrize("command", CLICKS_OWN)
def test_usage_errors_of_click(ravine, in_folder, command):
    assert CLICKS_OWN[command] in ravine.fails(*command.split())
    assert list(in_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("x**2 + z", "z"),
        ("x +", "x +"),
        ("__import__('os')", "__import__"),
        ("no_such_module:loss", "current folder"),
        ("json:no_such_name", "no_such_name"),
        ("log(-1 - x**2)", "nowhere finite"),
        ("math:isqrt", "not a function of one point"),
    ],
)
def test_a_wrong_function(ravine, in_folder, small, function, said):
    assert said in ravine.fails("animate", "--function", function, *small)
    assert list(in_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps = ", "is not TOML"),
        ("stepz = 3", "no option 'stepz'. Did you mean 'steps'?"),
        ("steps = 0", "steps must be at least 1; got 0."),
        ("steps = 2.5", "steps must be a whole number; got 2.5."),
        ('steps = "many"', "steps must be a whole number; got 'many'."),
        ("optimizers = []", "at least one optimizer"),
        ('landscape = "beal"', "Did you mean 'beale'?"),
        ('theme = "pink"', "theme must be light or dark or radford; got 'pink'."),
        ('size = "big"', "WIDTHxHEIGHT"),
        ("size = [1, 2, 3]", "size must be 2 whole numbers"),
        ("start = [0.0, nan]", "start must be 2 finite numbers"),
        ("start = 3.0", "start must be 2 finite numbers"),
        ("[steps]\nx = 1", "steps must be a whole number"),
    ],
)
def test_a_wrong_recipe(ravine, in_folder, text, said):
    (in_folder / "recipe.toml").write_text(text)
    line = ravine.fails("animate", "--recipe", "recipe.toml", "-o", FILM)
    assert said in line
    assert names(in_folder) == ["recipe.toml"]


@pytest.mark.parametrize(
    "text",
    [
        "random_start = 1",
        "landscape = 3",
        "optimizers = [3]",
        "title = 3",
        "about = 3",
        "function = 3",
    ],
)
def test_a_recipe_with_a_value_of_another_kind(ravine, in_folder, text):
    more = "" if text.startswith("optimizers") else 'optimizers = ["sgd"]\n'
    (in_folder / "recipe.toml").write_text(f'size = "96x64"\nsteps = 2\nseconds = 0.1\n{more}{text}\n')
    line = ravine.fails("animate", "--recipe", "recipe.toml", "-o", FILM)
    assert f"{text.partition(' ')[0]} must be" in line


def test_a_recipe_that_is_no_text(ravine, in_folder):
    (in_folder / "recipe.toml").write_bytes(b"title = '\xff\xfe'")
    assert "is not TOML" in ravine.fails("animate", "--recipe", "recipe.toml")


@pytest.mark.parametrize("options", [["-o", "no/trace.json"], ["-o", "trace.txt"], ["-o", "trace"]])
def test_a_trace_in_a_wrong_place(ravine, in_folder, small, options):
    ravine.fails("trace", "beale", "-O", "sgd", "--steps", "12", *options)
    assert list(in_folder.iterdir()) == []


def test_a_folder_that_no_one_can_write_to(ravine, small):
    # Root may write to any folder of a disk, but not to those of /proc.
    line = ravine.fails("animate", "beale", *small, "-o", "/proc/1/film.gif")
    assert line == "Error: The folder '/proc/1' of the output is not writable; name another one."


def test_a_folder_that_refuses_in_the_end(ravine, in_folder, small, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_, **__: True)
    line = ravine.fails("animate", "beale", *small, "-o", "/proc/1/film.gif", status=1)
    assert "/proc/1" in line


def test_a_film_that_is_write_protected(ravine, in_folder, small, monkeypatch):
    (in_folder / FILM).write_bytes(b"earlier")
    allowed = os.access

    def access(path, mode, **options):
        return allowed(path, mode, **options) and not (Path(path).name == FILM and mode & os.W_OK)

    monkeypatch.setattr(os, "access", access)
    line = ravine.fails("animate", "beale", *small, "-o", FILM)
    assert line == "Error: The output 'film.gif' is write-protected; name another file or unprotect it."
    assert (in_folder / FILM).read_bytes() == b"earlier"


def test_a_folder_with_other_files(ravine, in_folder, small):
    (in_folder / "frames").mkdir()
    (in_folder / "frames" / "thesis.tex").write_text("mine")
    line = ravine.fails("animate", "beale", *small, "-o", "frames/")
    assert "holds 'thesis.tex', which is no frame of a film" in line
    assert names(in_folder / "frames") == ["thesis.tex"]


@pytest.mark.parametrize(
    ("name", "earlier"),
    [
        *((name, True) for name in ("film.gif", "film.png", "film.webp", "film.mp4")),
        ("film.webm", False),
    ],
)
def test_a_full_disk(ravine, in_folder, small, full_disk, name, earlier):
    ravine.works("animate", "beale", *small, "-q", "-o", name)
    (in_folder / name).unlink()
    before = {name: b"an earlier film"} if earlier else {}
    for path, content in before.items():
        (in_folder / path).write_bytes(content)
    with full_disk(1500):
        line = ravine.fails("animate", "beale", *small, "-o", name, status=1)
    assert len(line) < 300
    assert {path.name: path.read_bytes() for path in in_folder.iterdir()} == before


def test_a_full_disk_under_a_folder_of_frames(ravine, in_folder, small, full_disk):
    ravine.works("animate", "beale", *small, "-q", "-o", "frames/")
    shutil.rmtree("frames")
    with full_disk(1500):
        ravine.fails("animate", "beale", *small, "-o", "frames/", status=1)
    assert list(in_folder.iterdir()) == []


def test_a_full_disk_under_a_trace(ravine, in_folder, full_disk):
    ravine.works("trace", "beale", "-O", "sgd", "--steps", "12")
    with full_disk(100):
        ravine.fails("trace", "beale", "-O", "sgd", "--steps", "12", "-o", "trace.json", status=1)
    assert list(in_folder.iterdir()) == []


def test_a_full_disk_under_what_is_printed(start):
    with Path("/dev/full").open("wb") as full:
        process = start("list", "optimizers", "--json", stdout=full)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert stderr == b"Error: No space left on device.\n"


def test_a_reader_that_leaves_early(start, tmp_path):
    process = start("list", "optimizers", "--json")
    process.stdout.close()
    assert process.wait(60) == 1
    assert process.stderr.read() == b""


def test_a_start_outside_the_domain_is_a_warning(ravine, in_folder, small):
    result = ravine.works("animate", "beale", *small, "--start", "20", "1", "-o", "film.png")
    assert result.stderr == (
        "Warning: the start (20, 1) lies outside the domain [-4.5, 4.5] x [-4.5, 4.5] of beale.\n"
    )
    assert (in_folder / "film.png").read_bytes().startswith(b"\x89PNG")


def test_a_start_outside_a_landscape_of_the_window_alone_is_none(ravine, in_folder, small):
    result = ravine.works("animate", "beale", *small, "--start", "-4", "-4", "-o", "film.png")
    assert result.stderr == ""


def test_an_error_as_a_process_shows_no_traceback(start):
    process = start("animate", "beale", "--steps", "0")
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (2, b"")
    assert stderr == b"Error: steps must be at least 1; got 0.\n"


def test_a_bug_is_not_dressed_up_as_the_user_s_mistake(ravine, monkeypatch):
    from ravine.films import _runs as _work

    def broken(*_, **__):
        raise TypeError("a bug")

    monkeypatch.setattr(_work, "descend_tuned", broken)
    with pytest.raises(TypeError, match="a bug"):
        ravine("trace", "beale", "-O", "sgd")


def test_a_function_of_three_variables(ravine, in_folder, small):
    (in_folder / "of_three.py").write_text("def loss(p):\n    return p[0] ** 2 + p[1] ** 2 + p[2] ** 2\n")
    for command in (["animate", *small], ["trace", "-O", "sgd", "--steps", "2"]):
        line = ravine.fails(*command, "--function", "of_three:loss")
        assert "'loss' is a function of more than two variables: it reads p[2] of a point p = (x, y)" in line
    assert "'z'" in ravine.fails("animate", "--function", "x**2 + y**2 + z", *small)
    assert not list(in_folder.glob("*.gif"))


def test_a_start_where_the_loss_is_no_number(ravine, in_folder):
    given = ["animate", "--function", "log(x) + y**2", "-O", "sgd", "--steps", "3"]
    line = ravine.fails(*given, "--start", "-1", "1")
    assert line == "Error: The loss of 'log(x) + y**2' is nan at the start (-1, 1); give another start."
    (in_folder / "recipe.toml").write_text('function = "1/x"\nstart = [0.0, 1.0]\noptimizers = ["sgd"]\n')
    assert "'1/x' is inf at the start (0, 1)" in ravine.fails("trace", "--recipe", "recipe.toml")
    assert names(in_folder) == ["recipe.toml"]
