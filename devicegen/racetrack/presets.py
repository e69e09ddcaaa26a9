"""The racetracks that ship: what of them differs from the defaults of the models."""

from __future__ import annotations

from typing import Any

_CALIBRATED: dict[str, Any] = {
    # What the paper leaves open and `devicegen calibrate` chose: docs/devices/calibration.md.
    "notches": {"depth_m": 9e-9, "width_m": 24e-9, "shape": "triangular"},
    "material": {"saturation_magnetization_A_m": 1.03e6, "exchange_J_m": 2e-11, "damping": 0.012},
    "torque": {"spin_hall_angle": 0.08, "field_like_ratio": 0.0},
}

PRESETS: dict[str, dict[str, Any]] = {
    # Al Misba 2022: five anisotropies, 250 racetracks each. The reachable end of state "-1" is the wall's
    # start, 50 nm, so its target is -0.833.
    "almisba2022": {
        **_CALIBRATED,
        "protocol": {"thermalise_s": 0.2e-9, "rest_s": 10e-9, "time_step_s": 20e-15},
        "states": [
            {"ku_J_m3": 8.0e5, "target": -0.833},
            {"ku_J_m3": 7.75e5, "target": -0.5},
            {"ku_J_m3": 7.5e5, "target": 0.0},
            {"ku_J_m3": 7.25e5, "target": 0.5},
            {"ku_J_m3": 7.0e5, "target": 1.0},
        ],
        "instances": 250,
        "timeout_s": 3600.0,
    },
    # The same device in a minute or two: longer cells, three states, few instances, a shorter rest. The
    # wall of the softest state has not quite come to rest after 4 ns and hardly ever reaches the right end, so
    # that state stands for +0.5 instead of +1, as the paper's lowest stands for -0.833.
    "quick": {
        **_CALIBRATED,
        "geometry": {"cell_x_m": 4e-9, "cell_y_m": 2e-9},
        "protocol": {"thermalise_s": 0.2e-9, "rest_s": 4e-9, "time_step_s": 30e-15},
        "states": [
            {"ku_J_m3": 8.0e5, "target": -0.833},
            {"ku_J_m3": 7.5e5, "target": 0.0},
            {"ku_J_m3": 7.0e5, "target": 0.5},
        ],
        "instances": 16,
        "timeout_s": 180.0,
    },
    # Pulses in a row on one racetrack, for jump-tables. The paper's pulse carries the wall over a third of the track,
    # with its damping the wall coasts on for nanoseconds and heat decides where to. Here the notches are half as far
    # apart and deep enough to hold the wall between pulses, the damping is that of thin films on Pt, the pulse is
    # short, and the ends of the track keep the wall on it. Every value is stated: the defaults are the other device's.
    "wall_train": {
        "geometry": {"cell_x_m": 4e-9, "cell_y_m": 4e-9},
        "notches": {"first_m": 60e-9, "pitch_m": 37.5e-9, "depth_m": 8e-9, "width_m": 18e-9, "shape": "triangular"},
        "material": {
            "saturation_magnetization_A_m": 1e6,
            "exchange_J_m": 2e-11,
            "dmi_J_m2": 0.6e-3,
            "damping": 0.1,
        },
        "torque": {"current_density_A_m2": 50e10, "spin_hall_angle": 0.12, "field_like_ratio": 0.0},
        "protocol": {"thermalise_s": 0.5e-9, "pulse_s": 0.3e-9, "rest_s": 2.5e-9, "time_step_s": 100e-15},
        "end_stops": {"length_m": 30e-9, "ku_J_m3": 1e6},
        "train": {"ku_J_m3": 7.5e5, "pulses": 10, "cycles": 2},
        "instances": 32,
        "instances_per_batch": 16,
        "timeout_s": 600.0,
    },
}
