"""Studies and films of small networks and landscapes."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _compile_quickly() -> Iterator[None]:
    """Compile what trains for seconds with as little care as all else: here it runs for hundredths of one."""
    from ravine.core import compile as _compile

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_compile, "_known", lambda options: {})
        yield
