"""A film never lives in memory: it takes as much for many frames as for few."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import importlib.util, resource, sys
spec = importlib.util.spec_from_file_location("own", sys.argv[1])
own = importlib.util.module_from_spec(spec)
spec.loader.exec_module(own)
from ravine.renderer import Timing, writers

scenes = own.Scenes()
count, view, path = int(sys.argv[2]), sys.argv[3], sys.argv[4]
timing = Timing(steps_per_frame=200 / (count - 1), hold=0.1, fps=50.0)
choices = {"view": "surface", "turn": 30.0} if view == "turning" else {"view": view}
frames = scenes.frames(*scenes.runs(3, steps=200), timing=timing, size=(160, 90), **choices)
assert len(frames) == count, len(frames)
if path:
    writers.write(frames, path)
else:
    assert sum(1 for _ in frames) == count
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024))
"""


def peak(count: int, view: str, path: Path | str = "") -> float:
    """The most memory, in MB (or bytes on a Mac), that a process of its own takes for a film."""
    conftest = Path(__file__).parents[1] / "conftest.py"
    command = [sys.executable, "-c", PROGRAM, str(conftest), str(count), view, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def test_drawing_takes_no_more_for_more_frames():
    # All 301 frames together would be 17 MB.
    assert peak(301, "contour") < peak(31, "contour") + 6


def test_writing_takes_no_more_for_more_frames(tmp_path):
    assert peak(301, "surface", tmp_path / "a.gif") < peak(31, "surface", tmp_path / "b.gif") + 6
