"""Calibration of what no paper states of the racetrack, against what Al Misba 2022 publishes of its walls."""
