"""The event queue against one made of a heap, and as the statistics of workers that know no haste."""

import heapq
import math

import jax
import numpy as np
import pytest

from ravine.optimizers import HyperparameterError
from ravine.optimizers._asynchronous import EventQueue, read_moments

EVENTS = 4000


def run(queue, *, events=EVENTS, dtype=np.float64):
    """Who acted at each event, since when and when."""

    def step(pending, _):
        event, pending = queue.next(pending)
        return pending, event

    with jax.enable_x64(dtype is np.float64):
        _, happened = jax.jit(lambda: jax.lax.scan(step, queue.start(dtype), length=events))()
        return jax.tree.map(np.asarray, happened)


def run_heap(workers, *, seed, events):
    """The same with a heap: every worker's first time is drawn before those that follow an event."""
    times = iter(np.random.default_rng(seed).exponential(size=workers + events))
    due = [(next(times), worker, 0.0) for worker in range(workers)]
    heapq.heapify(due)
    for _ in range(events):
        time, worker, begun = heapq.heappop(due)
        yield worker, begun, time
        heapq.heappush(due, (time + next(times), worker, time))


@pytest.mark.parametrize(("workers", "seed"), [(1, 0), (2, 7), (5, 0), (16, 3)])
def test_the_first_to_be_done_is_next(workers, seed):
    happened = run(EventQueue(method="hogwild", workers=workers, seed=seed), events=300)
    worker, begun, time = zip(*run_heap(workers, seed=seed, events=300), strict=True)
    np.testing.assert_array_equal(happened.number, np.arange(300))
    np.testing.assert_array_equal(happened.worker, worker)
    np.testing.assert_allclose(happened.begun, begun, rtol=1e-13)
    np.testing.assert_allclose(happened.time, time, rtol=1e-13)


@pytest.mark.parametrize("workers", [2, 4, 9])
def test_every_worker_gets_its_share(workers):
    happened = run(EventQueue(method="hogwild", workers=workers, seed=1))
    counts = np.bincount(happened.worker, minlength=workers)
    deviation = math.sqrt(EVENTS * (workers - 1)) / workers
    assert (abs(counts - EVENTS / workers) < 5 * deviation).all()
    assert happened.time[-1] == pytest.approx(EVENTS / workers, abs=5 * math.sqrt(EVENTS) / workers)


def test_who_acts_does_not_tell_who_acts_next():
    worker = run(EventQueue(method="hogwild", workers=4, seed=2)).worker
    pairs = np.histogram2d(worker[:-1], worker[1:], bins=4)[0]
    expected = EVENTS / 16
    degrees = 9
    assert ((pairs - expected) ** 2 / expected).sum() < degrees + 5 * math.sqrt(2 * degrees)


def test_a_seed_of_a_queue_is_its_events():
    def workers(seed):
        return run(EventQueue(method="hogwild", workers=4, seed=seed), events=50).worker.tolist()

    assert workers(3) == workers(3)
    assert len({tuple(workers(seed)) for seed in range(8)}) == 8


def test_single_precision_has_the_same_events():
    queue = EventQueue(method="hogwild", workers=4)
    single, double = run(queue, events=300, dtype=np.float32), run(queue, events=300)
    np.testing.assert_array_equal(single.worker, double.worker)
    assert single.time.dtype == np.float32
    assert double.time.dtype == np.float64


def test_a_record_begins_again_at_its_end():
    happened = run(EventQueue(method="downpour", workers=3, order=(2, 0, 0, 1)), events=10)
    assert happened.worker.tolist() == [2, 0, 0, 1, 2, 0, 0, 1, 2, 0]
    assert happened.time.tolist() == list(range(1, 11))
    assert happened.begun.tolist() == [0, 0, 2, 0, 1, 3, 6, 4, 5, 7]


def test_moments_of_reading_are_spread_over_a_workers_time():
    moments = read_moments(0)
    assert ((moments >= 0) & (moments < 1)).all()
    assert np.ptp(np.histogram(moments, bins=8)[0]) < 5 * math.sqrt(2 * moments.size / 8)
    assert abs(np.corrcoef(moments.T)[0, 1]) < 5 / math.sqrt(len(moments))
    assert (read_moments(1) != moments).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"workers": 0}, "workers of easgd must be a whole number, at least 1; got 0."),
        ({"workers": 2.0}, "workers of easgd must be a whole number, at least 1; got 2.0."),
        ({"workers": True}, "workers of easgd must be a whole number, at least 1; got True."),
        ({"seed": -1}, "seed of easgd must be a whole number, at least 0; got -1."),
        ({"order": (0, 4)}, "order of easgd must hold whole numbers from 0 to 3; got 4."),
        ({"order": (0, 1.5)}, "order of easgd must hold whole numbers from 0 to 3; got 1.5."),
    ],
)
def test_wrong_queues_are_refused(wrong, message):
    with pytest.raises(HyperparameterError) as raised:
        EventQueue(**{"method": "easgd", "workers": 4, **wrong})
    assert str(raised.value) == message
