"""Figures as files: the same bytes each time, the comment in each kind, and paths that do not do."""

import os
import subprocess
import sys
from io import BytesIO

import matplotlib
import numpy as np
import pytest
from PIL import Image

from ravine.core.atomic import OutputError
from ravine.renderer.figures import check_figure_path, figure_bytes, write_figure

COMMENT = "seed 7 · ravine line digits"
KINDS = (".png", ".pdf", ".svg")
"""The writers of all other stills are given the same pixels as that of PNG."""


@pytest.fixture(scope="module")
def line(pictures):
    return pictures.drawn("line", size=(320, 240))


def test_the_same_picture_has_the_same_bytes(pictures):
    """Drawn again or written again, whatever was written of it in between."""
    figure, again = (pictures.drawn("plane", size=(320, 240)) for _ in range(2))
    first, second = (
        {name: figure_bytes(one, name, comment=COMMENT) for name in order}
        for one, order in ((figure, KINDS), (again, KINDS[::-1]))
    )
    for name in KINDS:
        assert first[name] == second[name], name
    assert figure_bytes(figure, ".png", comment=COMMENT) == first[".png"]


FIGURE = """
from hashlib import sha256
import numpy as np
from ravine.renderer.figures import LineCurve, draw_line, figure_bytes

a = np.linspace(0, 1, 9)
curve = LineCurve(label="c", colour_key="sgd", alphas=a, train_loss=a)
figure = draw_line((curve,), title="t", size=(320, 240))
digests = [sha256(figure_bytes(figure, kind, comment="c")).hexdigest() for kind in (".png", ".pdf", ".svg")]
"""


def test_bytes_do_not_depend_on_the_seed_of_hashes():
    """Another process has another one; nor is pyplot or JAX loaded there by drawing and writing."""
    here: dict[str, list[str]] = {}
    exec(FIGURE, here)
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    script = f"import sys\n{FIGURE}\nprint(*digests, *{{'matplotlib.pyplot', 'jax'}} & {{*sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == here["digests"]


def test_png_has_the_size_and_the_comment(pictures):
    figure = pictures.drawn("walk", size=(641, 481))
    image = Image.open(BytesIO(figure_bytes(figure, ".png", comment=COMMENT)))
    assert image.size == (641, 481)
    assert image.text["Comment"] == COMMENT
    assert np.ptp(np.asarray(image)) > 100


def test_pdf_has_subject_and_embedded_truetype_but_no_date(line):
    content = figure_bytes(line, ".pdf", comment="seed 7")
    assert content.startswith(b"%PDF")
    assert b"/Subject (seed 7)" in content
    assert b"/CreationDate" not in content
    assert b"/FontFile2" in content
    assert b"/Type3" not in content


def test_svg_has_description_and_outlines_but_no_date(line):
    content = figure_bytes(line, ".svg", comment=COMMENT).decode()
    assert f"<dc:description>{COMMENT}</dc:description>" in content
    assert "<dc:date>" not in content
    assert "<text" not in content


def test_settings_of_the_user_change_nothing_and_stay(pictures):
    plain = figure_bytes(pictures.drawn("training", size=(320, 240)), ".png", comment="")
    own = {
        "axes.grid": True,
        "font.size": 30.0,
        "lines.linewidth": 9.0,
        "svg.fonttype": "none",
        "text.color": "red",
    }
    with matplotlib.rc_context(own):
        assert figure_bytes(pictures.drawn("training", size=(320, 240)), ".png", comment="") == plain
        assert {name: matplotlib.rcParams[name] for name in own} == own


@pytest.mark.parametrize("name", ["picture.PNG", "picture.svg"])
def test_a_file_is_what_figure_bytes_gives(name, tmp_path, line):
    write_figure(line, tmp_path / name, comment=COMMENT)
    content = (tmp_path / name).read_bytes()
    assert content == figure_bytes(line, (tmp_path / name).suffix.lower(), comment=COMMENT)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["picture.gif", "picture", "picture.png.txt"])
def test_other_endings_are_refused_with_those_there_are(name, in_folder, line):
    with pytest.raises(OutputError) as refused:
        check_figure_path(name)
    known = ".bmp, .jpg, .jpeg, .png, .ppm, .pdf or .svg"
    assert str(refused.value) == f"A picture is written as {known}, and '{name}' ends in none of them."
    with pytest.raises(OutputError, match=r"\.svg"):
        write_figure(line, name, comment="")
    assert list(in_folder.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match="does not exist"):
        check_figure_path(tmp_path / "nowhere" / "picture.png")
