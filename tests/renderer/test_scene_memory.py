"""A film never lives in memory: it takes as much for many frames as for few."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import gc, importlib.util, pathlib, re, resource, sys
spec = importlib.util.spec_from_file_location("own", sys.argv[1])
own = importlib.util.module_from_spec(spec)
spec.loader.exec_module(own)
from ravine.renderer import Timing, writers

scenes = own.Scenes()

def frames(count, view):
    timing = Timing(steps_per_frame=200 / (count - 1), hold=0.1, fps=50.0)
    frames = scenes.frames(*scenes.runs(3, steps=200), timing=timing, size=(320, 180), view=view)
    assert len(frames) == count, len(frames)
    return frames

def draw(count):
    assert sum(1 for _ in frames(count, "contour")) == count

def write(count):
    writers.write(frames(count, "surface"), sys.argv[2])

def most():
    status = pathlib.Path("/proc/self/status")
    if status.exists():  # what getrusage says on Linux may be of the process that started this one
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

for make in (draw, write):
    for count in (2, 2, 11, 41):
        make(count)
        gc.collect()  # a film, and the table of colours of one that was written, go with the garbage
        print(most())
"""


def test_drawing_and_writing_take_no_more_for_more_frames(tmp_path):
    """The most memory, in MB, that a process of its own has taken after each film."""
    conftest = Path(__file__).parents[1] / "conftest.py"
    command = [sys.executable, "-c", PROGRAM, str(conftest), str(tmp_path / "film.gif")]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    _, _, drawn_few, drawn_many, _, _, written_few, written_many = map(float, done.stdout.split())
    # All 41 frames together would be 9 MB.
    assert drawn_many < drawn_few + 3
    assert written_many < written_few + 3
