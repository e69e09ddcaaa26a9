import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devicegen.mumax3.find import Engine
from devicegen.racetrack.config import load_racetrack
from devicegen.racetrack.geometry import outline
from devicegen.racetrack.script import instance_script
from devicegen.racetrack.script_parts import noise_seed, number

MUMAX3 = Engine("mumax3", ("mumax3",), "3.11.1")
GOLDEN = Path(__file__).with_name("golden_instance.mx3")


def script(block=None, **changes) -> str:
    config = load_racetrack(block or {})
    arguments = {"device": "racetrack", "root_seed": 2022, "state": 1, "instance": 3, "engine": MUMAX3}
    arguments |= changes
    track = outline(config, arguments["device"], arguments["root_seed"], arguments["instance"])
    return instance_script(config, outline=track, **arguments)


def code(text: str) -> str:
    return "\n".join(line.partition("//")[0].rstrip() for line in text.splitlines())


def test_the_script_of_one_instance_is_the_golden_one():
    """Results depend on every letter of it: a change here is a change of the device, and is meant to be seen."""
    assert script() == GOLDEN.read_text(encoding="utf-8")


def test_states_share_the_racetrack_but_not_the_noise():
    one, other = script(state=0), script(state=2)
    assert re.findall(r"mask_i\d+", one) == re.findall(r"mask_i\d+", other)
    assert "Ku1   = 8e5" in one
    assert "Ku1   = 7e5" in other
    seeds = {noise_seed(2022, "racetrack", state, instance) for state in range(5) for instance in range(250)}
    assert len(seeds) == 1250


def test_the_polarization_follows_the_chirality():
    assert "FixedLayer   = vector(0, -1, 0)" in script()
    assert "TwoDomain(0, 0, 1, -1, 0, 0, 0, 0, -1)" in script()
    reverse = script({"material": {"dmi_J_m2": -0.6e-3}})
    assert "FixedLayer   = vector(0, 1, 0)" in reverse
    assert "TwoDomain(0, 0, 1, 1, 0, 0, 0, 0, -1)" in reverse


def test_ku_is_restored_after_the_pulse_only_if_asked():
    assert code(script()).count("Ku1") == 1
    restored = code(script({"protocol": {"ku_after_pulse": "restored"}}))
    assert restored.count("Ku1") == 2
    assert restored.index("J = vector(0, 0, 3.5e11)") < restored.rindex("Ku1 = 7.5e5") < restored.rindex("run(")


def test_noise_is_seeded_as_the_engine_knows_it():
    assert "\nThermReseed(" in script(engine=replace(MUMAX3, version="3.12.1"))
    assert "\nThermSeed(" in script()


def test_only_the_embedded_engine_is_told_to_hold_the_far_field():
    held = {"protocol": {"far_demag_hold_s": 1.5e-12}}
    embedded = replace(MUMAX3, kind="embedded")
    assert "\nDemagRefresh = 100\n" in script(held, engine=embedded)  # Heun has two stages of 30 fs a step
    assert script(held) == script()
    assert script(engine=embedded) == script()


def test_a_change_of_the_mask_changes_the_text():
    config = load_racetrack({})
    track = outline(config, "racetrack", 2022, 3)
    mask = track.mask.copy()
    mask[8, 70] = False
    changed = instance_script(config, "racetrack", 2022, 1, 3, replace(track, mask=mask), MUMAX3)
    assert code(changed) == code(script())
    assert changed != script()


@pytest.mark.parametrize(
    ("value", "text"),
    [(4e-9, "4e-9"), (3.5e11, "3.5e11"), (7.75e5, "7.75e5"), (0.12, "0.12"), (300.0, "300"), (-2.4e-7, "-2.4e-7")],
)
def test_numbers_are_written_as_people_write_them(value, text):
    assert number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_lose_nothing(value):
    assert float(number(value)) == value
