"""The README's example of a PyTorch module, run as it is printed."""

import re
from pathlib import Path

import pytest
from PIL import Image

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
(EXAMPLE,) = (
    block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "import torch" in block
)


def test_the_pytorch_example_takes_ten_lines():
    lines = [line for line in EXAMPLE.splitlines() if line and not line.startswith(("import", "from"))]
    assert len(lines) <= 10


def test_makes_a_picture(in_folder):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)  # several spin where other processes have the cores
    torch.manual_seed(0)
    exec(compile(EXAMPLE, "README.md", "exec"), {})
    with Image.open(in_folder / "line.png") as picture:
        assert picture.size == (1280, 720)
