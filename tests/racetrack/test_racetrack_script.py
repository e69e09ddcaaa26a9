import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devicegen.engine.api.binding import bound_world
from devicegen.engine.api.simulation import Simulation
from devicegen.engine.language.compiler import compile_script
from devicegen.engine.language.lexer import tokenize
from devicegen.mumax3.find import Engine
from devicegen.racetrack.config import load_racetrack
from devicegen.racetrack.geometry import outline
from devicegen.racetrack.script import instance_script
from devicegen.racetrack.script_parts import noise_seed, number
from devicegen.racetrack.train_script import train_script

MUMAX3 = Engine("mumax3", ("mumax3",), "3.11.1")
EMBEDDED = Engine("embedded", ("mx3cpu",), "0.1.0")
GOLDEN = Path(__file__).with_name("golden_instance.mx3")
GOLDEN_HELD = Path(__file__).with_name("golden_held.mx3")
HELD = {
    "preset": "almisba2022",
    "geometry": {"cell_x_m": 4e-9, "cell_y_m": 2e-9},
    "protocol": {"time_step_s": 40e-15, "far_demag_hold_s": 0.32e-12},
}
HELD_TRAIN = {"preset": "wall_train", "protocol": {"far_demag_hold_s": 0.8e-12}}


def script(block=None, **changes) -> str:
    config = load_racetrack(block or {})
    arguments = {"device": "racetrack", "root_seed": 2022, "state": 1, "instance": 3, "engine": MUMAX3}
    arguments |= changes
    track = outline(config, arguments["device"], arguments["root_seed"], arguments["instance"])
    return instance_script(config, outline=track, **arguments)


def train(block, engine) -> str:
    config = load_racetrack(block)
    assert config.train is not None
    return train_script(config, config.train, "wt", 2022, 3, outline(config, "wt", 2022, 3), engine)


def code(text: str) -> str:
    return "\n".join(line.partition("//")[0].rstrip() for line in text.splitlines())


def test_the_script_of_one_instance_is_the_golden_one():
    """Results depend on every letter of it: a change here is a change of the device, and is meant to be seen."""
    assert script() == GOLDEN.read_text(encoding="utf-8")


def test_the_script_that_holds_the_far_field_is_the_golden_one():
    assert script(HELD, engine=EMBEDDED) == GOLDEN_HELD.read_text(encoding="utf-8")


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
    told = script(held, engine=EMBEDDED)
    assert "\n// mx3cpu: DemagRefresh = 100\n" in told  # Heun has two stages of 30 fs a step
    assert code(told).split() == code(script()).split()
    assert script(held) == script()
    assert script(engine=EMBEDDED) == script()


@pytest.mark.parametrize(
    ("write", "block", "engine"),
    [
        (script, {}, EMBEDDED),
        (script, {}, replace(MUMAX3, version="3.12.1")),
        (script, HELD, EMBEDDED),
        (script, {**HELD, "end_stops": {"length_m": 32e-9}, "material": {"dmi_J_m2": -0.6e-3}}, EMBEDDED),
        (script, {"protocol": {"ku_after_pulse": "restored"}, "end_stops": {"length_m": 32e-9}}, EMBEDDED),
        (train, HELD_TRAIN, EMBEDDED),
        (train, HELD_TRAIN, MUMAX3),
    ],
)
def test_mumax3_knows_every_name_of_a_script(write, block, engine, tmp_path):
    """The embedded engine's names are MuMax3's and its own; what stands outside comments is none of its own."""
    text = write(block, engine=engine)
    world = bound_world(Simulation(tmp_path / "a.mx3", tmp_path, echo=False))
    assert "DemagRefresh" in world.own
    used = {token.text for token in tokenize(code(text), "a.mx3") if token.kind == "ident"}
    assert {"SetGeom", "Ku1", "run"} <= used
    assert not [name for name in used if world.is_own(name)]
    compile_script(code(text), "a.mx3", world)  # it knows all the others
    compile_script(text, "a.mx3", world)


@pytest.mark.parametrize(
    "other",
    [
        {"states": [{"ku_J_m3": ku, "target": target} for ku, target in ((8e5, -1), (7.5e5, 0.1), (7e5, 0.9))]},
        {"tolerance": 0.3, "expelled_wall": "dropped", "instances": 7, "junction": {"on_off_ratio": 3}},
    ],
)
def test_what_no_wall_feels_is_not_in_the_text(other):
    """Else an ensemble could not grow by what it lacks once it is read in another way."""
    assert script(other) == script()


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
