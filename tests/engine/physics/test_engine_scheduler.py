import numpy as np
import pytest

from devicegen.engine import scheduler
from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.scheduler import AdaptiveUntil, FixedSteps, Relax, run_scripts
from devicegen.engine.stepping import fixed


def test_outcomes_come_in_order_and_errors_end_only_their_script(make):
    def works(value):
        magnet = make(2, 2, m=(1, 0, 0.1), Msat=1e6, alpha=0.5)
        yield AdaptiveUntil(magnet, 1e-13, 1e-13)
        return value

    def breaks():
        yield Relax(make(2, 2, Msat=1e6, alpha=0.5))
        raise KeyError("a mistake in the script")

    def returns_at_once():
        return 3
        yield

    first, second, third, fourth = run_scripts([works(1), breaks(), returns_at_once(), works(4)])
    assert (first.value, third.value, fourth.value) == (1, 3, 4)
    assert isinstance(second.error, KeyError)
    assert first.error is None


def test_a_failure_of_physics_reaches_the_script_that_asked(make):
    closed = []

    def script(field):
        magnet = make(2, 2, m=(1, 0, 0), Msat=1e6, alpha=0.5, B_ext=(0, 0, field))
        try:
            yield AdaptiveUntil(magnet, 1e-13, 1e-13)
        finally:
            closed.append(field)

    bad, good = run_scripts([script(np.nan), script(0.1)])
    assert isinstance(bad.error, RunTimeFailure)
    assert good.error is None
    assert len(closed) == 2


def test_scripts_that_ask_for_equal_steps_go_side_by_side(track, monkeypatch):
    sizes = []
    heun = fixed.heun

    def watched(magnets, n):
        sizes.append((len(magnets), n))
        return heun(magnets, n)

    monkeypatch.setattr(fixed, "heun", watched)
    magnets = [track(seed=s) for s in range(20)]

    def script(i):
        # Different pieces, and different work before the first step.
        if i % 3 == 0:
            yield Relax(magnets[i])
        yield FixedSteps(magnets[i], 10 + i % 2)
        yield FixedSteps(magnets[i], 20 - i % 2)
        return magnets[i].n_steps

    outcomes = run_scripts([script(i) for i in range(20)])
    assert all(outcome.error is None for outcome in outcomes)
    assert max(size for size, _ in sizes) == 16
    monkeypatch.undo()
    for i in (0, 1, 19):
        alone = track(seed=i)
        for request in ([Relax(alone)] if i % 3 == 0 else []) + [FixedSteps(alone, 30)]:
            scheduler.carry_out(request)
        assert alone.m.tobytes() == magnets[i].m.tobytes()


def test_scripts_that_go_alone_do_not_keep_the_others_apart(track, make, monkeypatch):
    sizes = []
    heun = fixed.heun

    def watched(magnets, n):
        sizes.append(len(magnets))
        return heun(magnets, n)

    monkeypatch.setattr(fixed, "heun", watched)
    count = fixed.SMALLEST_COMPANY
    magnets = [track(seed=s) for s in range(count)]
    other = make(2, 2, m=(1, 0, 0.1), Msat=1e6, alpha=0.5)

    def alone():
        for k in range(3):
            yield AdaptiveUntil(other, (k + 1) * 1e-13, 1e-12)
        return other.t

    def fast(magnet):
        yield FixedSteps(magnet, 5)
        yield FixedSteps(magnet, 6)

    outcomes = run_scripts([alone(), *(fast(magnet) for magnet in magnets)])
    assert [outcome.error for outcome in outcomes] == [None] * (count + 1)
    assert outcomes[0].value >= 3e-13
    assert sizes == [count, count]
    monkeypatch.undo()
    for i in (0, count - 1):
        single = track(seed=i)
        scheduler.carry_out(FixedSteps(single, 11))
        assert single.m.tobytes() == magnets[i].m.tobytes()


def test_magnets_that_cannot_share_go_alone(track, make):
    plain = track()
    assert fixed.company_key(plain) is not None
    plain.settings.solver = 4
    assert fixed.company_key(plain) is None
    live = track()
    live.set_live("Temp", lambda t: 300.0)
    assert fixed.company_key(live) is None
    periodic = make(8, 8, pbc=(1, 0))
    periodic.settings.solver = 2
    assert fixed.company_key(periodic) is None
    assert fixed.company_key(track(nx=9, hold=4)) != fixed.company_key(track(nx=9))
    # A large grid stays in the cache only when it is alone.
    assert fixed.company_key(track(nx=100)) is None
    assert fixed.company_key(track(hold=4)) is None


@pytest.mark.parametrize("count", [1, 3])
def test_few_scripts_run_one_after_the_other(track, count):
    magnets = [track(seed=s) for s in range(count)]

    def script(magnet):
        yield FixedSteps(magnet, 5)

    assert all(outcome.error is None for outcome in run_scripts([script(m) for m in magnets]))
    assert all(magnet.n_steps == 5 for magnet in magnets)
