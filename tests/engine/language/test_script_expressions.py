"""Generated expressions against Python's own evaluation, and back to text."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from script_world import Stage

from devicegen.engine.language import syntax
from devicegen.engine.language.formatter import formatted
from devicegen.engine.language.parser import parse

_NUMBERS = st.one_of(
    st.integers(0, 10**6).map(str), st.floats(1e-12, 1e12).map(repr), st.sampled_from(["1e-9", ".5", "2.", "7E3"])
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map("".join),
        st.tuples(inner, st.sampled_from(["+", " - ", "* ", " /"]), inner).map("".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        inner.map("-(-{})".format),
        inner.map("abs({})".format),
        st.tuples(inner, inner).map(lambda pair: f"max({pair[0]}, {pair[1]})"),
    )


arithmetic = st.recursive(_NUMBERS, _grown, max_leaves=12).filter(lambda text: "--" not in text and "/*" not in text)
comparisons = st.tuples(arithmetic, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), arithmetic).map(" ".join)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" && ", "||"]), inner).map("".join), inner.map("!({})".format)
    ),
    max_leaves=5,
)


def in_python(text: str) -> float:
    """The same expression by Python with NumPy doubles, which divide by zero as Go does."""
    import ast

    class Doubles(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.AST:
            return ast.Call(ast.Name("D", ast.Load()), [node], [])

    tree = ast.fix_missing_locations(Doubles().visit(ast.parse(text, mode="eval")))
    names = {"D": np.float64, "max": np.maximum, "abs": np.abs}
    with np.errstate(all="ignore"):
        return eval(compile(tree, "test", "eval"), names)


@settings(max_examples=150, deadline=None)
@given(arithmetic)
def test_arithmetic_is_that_of_doubles(text: str):
    ours, theirs = Stage().value(text), in_python(text)
    assert isinstance(ours, (int, float))
    assert ours == theirs or (math.isnan(ours) and math.isnan(theirs))


@settings(max_examples=80, deadline=None)
@given(conditions)
def test_conditions_are_those_of_python(text: str):
    python = text.replace("&&", " and ").replace("||", " or ").replace("!(", " not (")
    assert Stage().value(text) == bool(in_python(python.strip()))


def bare(node: object) -> object:
    """Syntax without lines."""
    if isinstance(node, tuple):
        return tuple(bare(one) for one in node)
    if hasattr(node, "__slots__"):
        return type(node).__name__, *(bare(getattr(node, name)) for name in node.__slots__ if name != "line")
    return node


@settings(max_examples=150, deadline=None)
@given(st.one_of(arithmetic, conditions))
def test_formatted_text_reads_back_as_the_same_syntax(text: str):
    script = f"for i := 0; i < 3; i++ {{\n x := {text}; f({text}, m.g({text})[0]) }}\nif {text} {{ }} else {{ y-- }}"
    first = parse(script, "a")
    again = parse("\n".join(formatted(statement) for statement in first.statements), "a")
    assert bare(first) == bare(again)


def test_go_layout():
    cases = {
        "3 * 2+1": "3*2 + 1",
        "a*b": "a * b",
        "f(a*b)": "f(a * b)",
        "f(a*b , c)": "f(a*b, c)",
        "(a+b)*c": "(a + b) * c",
        "sin(2 * pi *f*t)": "sin(2 * pi * f * t)",
        "m.comp( 0 ).average()": "m.comp(0).average()",
        "a<b&&c>d": "a < b && c > d",
        "a - -b": "a - -b",
        "vector( 0, -1,0 )[ 1 ]": "vector(0, -1, 0)[1]",
    }
    for text, expected in cases.items():
        (statement,) = parse(text, "a").statements
        assert isinstance(statement, syntax.Evaluate)
        assert formatted(statement) == expected


def test_blocks_are_laid_out_over_lines():
    (loop,) = parse("for i:=0;i<2;i++ { if i==1 { f(i) } else { x+=1 } }", "a").statements
    assert formatted(loop) == "for i := 0; i < 2; i++ {\n\tif i == 1 {\n\t\tf(i)\n\t} else {\n\t\tx += 1\n\t}\n}"
    (loop,) = parse("for x<3 { }", "a").statements
    assert formatted(loop) == "for x < 3 {\n}"
