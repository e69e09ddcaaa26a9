"""Checked scripts: scopes, types, time, and that nothing runs before all is checked."""

from __future__ import annotations

import math

import pytest
from script_world import Stage

from devicegen.engine.language.lexer import LocatedError
from devicegen.errors import ScriptError


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_names_do_not_mind_case(stage: Stage):
    stage.run("Abc := 2\nabc = ABC + 1\nPRINT(aBC, Sqrt(9), TRUE)")
    assert stage.printed == [(3, 3.0, True)]


def test_types_are_kept_and_whole_numbers_checked(stage: Stage):
    stage.run("i := 7\nx := i/2\ni = 8.0\nprint(i, x, whole(1e2))")
    assert stage.printed == [(8, 3.5, 100)]
    assert isinstance(stage.printed[0][0], int)
    with pytest.raises(LocatedError, match=r"a.mx3:2: found 1.5, expected a whole number"):
        stage.run("k := 1\nk += 0.5")


def test_division_and_functions_follow_ieee(stage: Stage):
    values = [stage.value(text) for text in ("1/0", "-1/0", "log(0)", "exp(1000)", "pow(0, -1)")]
    assert values == [math.inf, -math.inf, -math.inf, math.inf, math.inf]
    assert all(math.isnan(stage.value(text)) for text in ("0/0", "sqrt(-1)", "acos(2)", "mod(1, 0)", "log(-1)"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("heaviside(0)", 0.5),
        ("heaviside(-1) + heaviside(2)", 1.0),
        ("sinc(0)", 1.0),
        ("sinc(pi/2)", 2 / math.pi),
        ("cbrt(-27)", -3.0),
        ("mod(-7, 3)", -1.0),
        ("remainder(7, 4)", -1.0),
        ("trunc(-1.5)", -1.0),
        ("ilogb(9)", 3),
        ("ldexp(1.5, 3)", 12.0),
        ("pow10(-3)", 1e-3),
        ("norm(0)", 1 / math.sqrt(2 * math.pi)),
        ("j0(0)", 1.0),
        ("jn(1, 0)", 0.0),
        ("min(2, 1) + max(2, 1)", 3.0),
        ("sign(-3)", -1.0),
        ("mu0*1e7", 4 * math.pi),
        ("isNaN(0/0)", True),
        ("isInf(-inf, -1)", True),
        ("gamma(5)", 24.0),
    ],
)
def test_mathematics(stage: Stage, text: str, value: float):
    assert stage.value(text) == pytest.approx(value, rel=1e-14)


def test_random_numbers_start_again_from_their_seed(stage: Stage):
    stage.run("randSeed(3)\na := rand()\nb := randNorm()\nrandSeed(3)\nprint(a == rand(), b == randNorm(), randInt(5))")
    first, second, third = stage.printed[0]
    assert first
    assert second
    assert 0 <= third < 5


def test_loops_and_conditions(stage: Stage):
    stage.run(
        """
        sum := 0.
        for i := 0; i < 10; i++ {
            if i < 3 { sum += i } else if i == 5 { sum += 100 } else { sum -= 1 }
        }
        n := 0
        for n < 4 { n++ }
        print(sum, n)
        """
    )
    assert stage.printed == [(0 + 1 + 2 + 100 - 6, 4)]


def test_scopes(stage: Stage):
    stage.run("x := 1\n{ x := 2; print(x); { x = 3 }; print(x) }\nprint(x)\nfor i := 0; i < 2; i++ { y := i }")
    assert [value for (value,) in stage.printed] == [2, 3, 1]
    with pytest.raises(LocatedError, match=r"a.mx3:2: found the unknown name y"):
        stage.run("{ y := 1 }\nprint(y)")


def test_and_or_stop_early(stage: Stage):
    stage.run("d := dial\nprint(false && dial.turnTo(1, 9) > 0, true || dial.turnTo(1, 9) > 0)")
    assert stage.printed == [(False, True)]
    assert stage.dial.position == 3.0


def test_vectors(stage: Stage):
    stage.run("v := vector(1, 2, 2)\nprint(v.len(), v[1], v.Dot(vector(1, 0, 1)), v.cross(vector(0, 0, 1)).mul(2))")
    assert stage.printed == [(3.0, 2.0, 3.0, (4.0, -2.0, 0.0))]
    stage.run("print(vector(1, 2, 3).add(vector(1, 1, 1)).sub(vector(0, 0, 4)).madd(2, vector(1, 0, 0)).div(4).X())")
    assert stage.printed[-1] == (1.0,)
    with pytest.raises(LocatedError, match="found the index 3, expected 0 to 2"):
        stage.run("print(vector(1, 2, 3)[3])")


def test_quantities_stand_for_their_number(stage: Stage):
    stage.run("x := dial + 1\ny := dial.get()\nprint(x, y, whole(dial))")
    assert stage.printed == [(4.0, 3.0, 3)]


def test_expressions_of_time_stay_live_and_freeze_the_rest(stage: Stage):
    stage.run("f := 2.\nMsat = f*t + dial\nf = 100\n")
    expression = stage.parameter.expression
    assert expression is not None
    assert expression.has_time
    frozen_late = expression.frozen()
    stage.time = 3.0
    assert frozen_late() == 303.0
    stage = Stage()
    stage.run("f := 2.\nlive(f*t + dial)")
    frozen = stage.expression.frozen()
    stage.run("print(1)")
    stage.dial.position, stage.time = 50.0, 4.0
    assert frozen() == 11.0
    assert stage.expression.value() == 58.0


def test_constant_expressions_are_not_live(stage: Stage):
    stage.run("live(2*pi)")
    assert not stage.expression.has_time
    stage.run("liveVector(vector(1, sin(t), 0))")
    assert stage.expression.has_time
    stage.time = math.pi / 2
    assert stage.expression.value() == (1.0, 1.0, 0.0)


def test_conditions_are_asked_again(stage: Stage):
    stage.run("n := 0\nholds(n < 2)\nn = 5")
    assert stage.condition.value() is False


def test_requests_come_out_in_order_and_statements_are_logged(stage: Stage):
    requests = stage.run("run(1)\nfor i:=0; i<2; i++ { if i==1 { run(2) } }\nrun(t)")
    assert requests == ["run 1", "run 2", "run 3"]
    assert stage.logged[0] == "run(1)"
    assert stage.logged[2] == "run(t)"


def test_time_can_be_set(stage: Stage):
    stage.run("t = 5\nprint(t)")
    assert stage.printed == [(5.0,)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "a.mx3:1: found the unknown name x"),
        ("prnt(1)", "did you mean print?"),
        ("MaxEr = 1", "did you mean MaxErr or"),
        ("length := 3\nx := lenght", "did you mean length?"),
        ("x := 1\nx := 2", "a.mx3:2: found x :=, but x is already defined"),
        ("sin := 1", "already defined by the engine"),
        ("Dbulk = 1", "not supported by mx3cpu: it has the interfacial one only"),
        ("pi = 3", "cannot be changed"),
        ("dial = 3", "cannot be changed"),
        ("sin(1) = 3", "expected the name of a variable or parameter"),
        ("sin(1) := 3", "expected a new name"),
        ("whole(true)", "whole, argument 1 (n): found true or false, expected a whole number"),
        ('x := "a" + 1', "found a text in quotes, expected a number"),
        ("sin(1, 2)", "found 2 arguments of sin, expected 1 (x)"),
        ("vector(1, 2)", "expected 3 (x, y, z)"),
        ("x := sin", "found the function sin without a call"),
        ("pi(2)", "pi is not a function"),
        ("dial.spin()", "found .spin, but a dial has only: get, turnto"),
        ("x := print(1)", "the right side has no value"),
        ("x := 1 + print(1)", "found a command that has no value"),
        ("x := run(1)", "advances time within an expression"),
        ("if 1 { }", "as a condition: found a whole number, expected true or false"),
        ("x := 1 < 2 < 3", "found true or false, expected a number"),
        ("x := !3", "found a whole number, expected true or false"),
        ("dial[0]", "found an index on a dial"),
        ("for run(1); true; { }", "between 'for' and '{'"),
        ("x := 1\nx = true", "assigning to x: found true or false, expected a whole number"),
    ],
)
def test_mistakes_are_found_before_anything_runs(stage: Stage, text: str, message: str):
    with pytest.raises(ScriptError) as error:
        stage.run(text)
    assert message in str(error.value)
    with pytest.raises(ScriptError):
        stage.run("print(0)\n" + text)
    assert stage.printed == []


def test_names_that_are_refused_are_free_for_variables(stage: Stage):
    stage.run("dbulk := 2\nprint(Dbulk)")
    assert stage.printed == [(2,)]


def test_a_name_has_one_meaning(stage: Stage):
    with pytest.raises(ValueError, match="declared twice"):
        stage.world.constant("PI", 3.0)
