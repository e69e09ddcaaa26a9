"""Finished tables of other programs, read and written: one program a module.

`crosssim` holds look-up tables of quantiles, `aihwkit` presets with a fitted response. Pulses are not here.
"""
