"""Processes that share a grid, and those that cannot come together."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ravine.landscapes.evaluation._hosts import HostsError, join_hosts, meet

LOOPBACK = socket.inet_ntoa((0x7F000001).to_bytes(4, "big"))


def free_port() -> int:
    with socket.create_server(("", 0)) as door:
        return door.getsockname()[1]


@pytest.mark.parametrize(
    ("coordinator", "processes", "process", "match"),
    [
        ("host", 2, 0, "'HOST:PORT'.*got 'host'"),
        ("host:", 2, 0, "'HOST:PORT'"),
        (":80", 2, 0, "'HOST:PORT'"),
        ("host:0", 2, 0, "from 1 to 65535"),
        ("host:65536", 2, 0, "from 1 to 65535"),
        ("a:b:80", 2, 0, "'HOST:PORT'"),
        ("host:80", 0, 0, "at least 1 process; got 0"),
        ("host:80", 2, 2, "numbered 0 to 1; got 2"),
        ("host:80", 2, -1, "numbered 0 to 1; got -1"),
    ],
)
def test_bad_numbers(coordinator, processes, process, match):
    with pytest.raises(HostsError, match=match) as caught:
        join_hosts(coordinator, processes, process)
    assert "\n" not in str(caught.value)


def test_a_process_alone_waits_for_nobody():
    join_hosts("host:80", 1, 0)


def outcome(call: Callable[[], None]) -> str:
    try:
        call()
    except HostsError as error:
        return str(error)
    return "met"


def outcomes(*told: tuple[int, int], timeout: float = 20.0) -> list[str]:
    """What becomes of processes that were told their number and how many there are."""
    port = free_port()

    def join(numbers: tuple[int, int]) -> str:
        process, processes = numbers
        return outcome(lambda: meet(LOOPBACK, port, processes=processes, process=process, timeout=timeout))

    with ThreadPoolExecutor(len(told)) as pool:
        return list(pool.map(join, told))


@pytest.mark.parametrize("count", [2, 3, 5])
def test_all_meet(count):
    assert outcomes(*((process, count) for process in reversed(range(count)))) == ["met"] * count


def test_a_missing_process_is_named_to_all():
    first, second = outcomes((0, 3), (2, 3), timeout=1.0)
    assert first == second == "Process 1 of 3 did not come in 1 s; start it."


def test_other_numbers_of_processes_are_told_to_all():
    first, second = outcomes((0, 2), (1, 3))
    assert first == second
    assert first == "Process 0 was told of 2 processes, and process 1 of 3; give all the same --processes."


def test_two_of_one_number():
    said = outcomes((0, 3), (1, 3), (1, 3), timeout=1.5)
    assert "There is a process 1 already; give each its own --process." in said


def test_nobody_listens():
    (said,) = outcomes((1, 2), timeout=0.3)
    assert said.startswith("Nothing answered at")


def test_an_unknown_computer():
    with pytest.raises(HostsError, match=r"No computer is called 'no.such.computer.invalid'"):
        meet("no.such.computer.invalid", 80, processes=2, process=1, timeout=1)


def test_a_port_that_is_taken():
    with socket.create_server(("", 0)) as door:
        door.listen()
        taken = door.getsockname()[1]
        with pytest.raises(HostsError, match=f"Port {taken} cannot be listened on"):
            meet(LOOPBACK, taken, processes=2, process=0, timeout=1)


def test_another_service_is_not_taken_for_process_0():
    with socket.create_server((LOOPBACK, 0)) as door, ThreadPoolExecutor(1) as pool:
        port = door.getsockname()[1]
        said = pool.submit(outcome, lambda: meet(LOOPBACK, port, processes=2, process=1, timeout=5))
        visitor, _ = door.accept()
        with visitor:
            visitor.sendall(b"HTTP/1.1 400 Bad Request\r\n")
            visitor.shutdown(socket.SHUT_WR)
            assert "is not process 0" in said.result()


@pytest.mark.parametrize("noise", [b"", b"GET / HTTP/1.1\r\n", b"ravine 1 of many\n", b"\xff" * 5000])
def test_strangers_are_sent_away(noise):
    port = free_port()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(outcome, lambda: meet(LOOPBACK, port, processes=2, process=0, timeout=20))
        for _ in range(100):
            try:
                with socket.create_connection((LOOPBACK, port), timeout=1) as stranger:
                    stranger.sendall(noise)
                break
            except ConnectionRefusedError:
                continue
        second = pool.submit(outcome, lambda: meet(LOOPBACK, port, processes=2, process=1, timeout=20))
        assert (first.result(), second.result()) == ("met", "met")


PROCESS = """
import json, sys
from ravine.landscapes.evaluation._hosts import join_hosts
join_hosts({coordinator!r}, 2, int(sys.argv[1]))

import jax, numpy as np
sys.path.insert(0, {folder!r})
from test_evaluate import evaluate, network, network_params, points

said = []
basis = [network_params(seed) for seed in range(3)]
values = evaluate(network([]), basis[0], basis[1:], points(1003, 2), on_points=said.append)["train_loss"]
single = evaluate(network([]), network_params(0), [network_params(1)], points(1, 1))["train_loss"]
counts = [jax.process_count(), jax.local_device_count()]
print(json.dumps([counts, said[-1], values.tolist(), single.tolist()]))
"""


def test_two_processes_of_four_devices_have_the_numbers_of_one(monkeypatch):
    from ravine.landscapes.evaluation._evaluate import evaluate

    code = PROCESS.format(coordinator=f"{LOOPBACK}:{free_port()}", folder=str(Path(__file__).parent))
    flags = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=4"
    environment = {**os.environ, "XLA_FLAGS": flags}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(process)], env=environment, text=True, stdout=subprocess.PIPE
        )
        for process in range(2)
    ]
    printed = [json.loads(process.communicate(timeout=100)[0].splitlines()[-1]) for process in both]
    monkeypatch.syspath_prepend(Path(__file__).parent)
    from test_evaluate import network, network_params, points

    basis = [network_params(seed) for seed in range(3)]
    alone = evaluate(network([]), basis[0], basis[1:], points(1003, 2))["train_loss"]
    single = evaluate(network([]), network_params(0), [network_params(1)], points(1, 1))["train_loss"]
    for counts, _, *values in printed:
        assert counts == [2, 4]
        assert values == [alone.tolist(), single.tolist()]
    assert sorted(share for _, share, *_ in printed) == [501, 502]
