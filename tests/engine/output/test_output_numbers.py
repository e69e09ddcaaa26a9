"""Numbers and texts as Go prints them."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devicegen.engine.output.numbers import go_float, go_float32, go_sprint, go_sprintf, go_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (1e-11, "1e-11"),
        (1e6, "1e+06"),
        (999999.0, "999999"),
        (123456.789, "123456.789"),
        (1234567.0, "1.234567e+06"),
        (0.0001, "0.0001"),
        (0.00001234, "1.234e-05"),
        (-2.5e300, "-2.5e+300"),
        (3.0249999999999997e-12, "3.0249999999999997e-12"),
        (math.nan, "NaN"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
    ],
)
def test_doubles(value: float, text: str):
    assert go_float(value) == text


def test_single_precision_digits():
    assert go_float32(0.1) == "0.1"
    assert go_float32(1 / 3) == "0.33333334"
    assert go_float32(1e-300) == "0"
    assert go_float32(2.5e10) == "2.5e+10"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_read_back(value: float):
    text = go_float(value)
    assert float(text) == value
    assert re.fullmatch(r"-?\d+(\.\d*[1-9])?(e[+-]\d{2,3})?", text)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_singles_read_back(value: float):
    assert np.float32(go_float32(value)) == np.float32(value)


def test_values():
    assert go_value((1.0, 2.5, -3.0)) == "[1 2.5 -3]"
    assert go_value(True) == "true"
    assert go_value(7) == "7"
    assert go_value("a b") == "a b"


def test_sprint_sets_spaces_between_what_is_no_text():
    assert go_sprint((1, 2.5, "a", "b", 3, True)) == "1 2.5ab3 true"


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("%v|%v", (1.0, "a"), "1|a"),
        ("%6.2f|%-6d|%06d", (3.14159, 42, 7), "  3.14|42    |000007"),
        ("%e %g %G", (1e-9, 0.5, 1e-9), "1.000000e-09 0.5 1e-09"),
        ("%s%06d", ("m", 3), "m000003"),
        ("%d%%", (5,), "5%"),
        ("%+d %+.1f", (5, 2.0), "+5 +2.0"),
        ("%t %q %x %T", (True, 'a"b', 255, 1.5), 'true "a\\"b" ff float64'),
        ("%d", (1.5,), "%!d(float64=1.5)"),
        ("%s %s", ("a",), "a %!s(MISSING)"),
        ("a", (1, 2.0), "a%!(EXTRA int=1, float64=2)"),
        ("%f", (math.inf,), "+Inf"),
    ],
)
def test_sprintf(template: str, values: tuple, text: str):
    assert go_sprintf(template, values) == text
