"""Text to syntax: what the language accepts, and how it says what it does not."""

from __future__ import annotations

import pytest

from devicegen.engine.language import syntax
from devicegen.engine.language.lexer import LocatedError, tokenize
from devicegen.engine.language.parser import parse


def only(text: str) -> syntax.Statement:
    (statement,) = parse(text, "a.mx3").statements
    return statement


def test_numbers_keep_their_kind():
    values = [
        only(f"f({text})").expression.arguments[0].value for text in ("12", "1e-9", ".5", "5.", "0x1F", "017", "0")
    ]
    assert values == [12, 1e-9, 0.5, 5.0, 31, 15, 0]
    assert [type(value) for value in values] == [int, float, float, float, int, int, int]


def test_line_ends_close_statements_as_in_go():
    text = "a := 1 // first\n/* two\nlines */ b := 2; c := f(1,\n\t2)\n;;"
    assert [statement.line for statement in parse(text, "a").statements] == [1, 3, 3]
    assert [token.kind for token in tokenize("x++ /* a\nb */ y", "a")][:4] == ["ident", "op", "newline", "ident"]


def test_precedence_and_left_association():
    text = only("a + b*c - d < e && f || g").expression
    assert text.operator == "||"
    assert text.left.operator == "&&"
    assert text.left.left.operator == "<"
    minus = text.left.left.left
    assert (minus.operator, minus.left.operator, minus.left.right.operator) == ("-", "+", "*")


def test_every_statement_form():
    text = """
    x := 1; x = 2; x += 3; x -= 4; x++; x--
    if x < 3 { y := 1 } else if x > 4 { f(x) } else { g(x)[1] }
    for i := 0; i < 3; i++ { h(i).k() }
    for x < 10 { x++ }
    for ;; { x-- }
    { z := `raw "text"` }
    """
    kinds = [type(statement).__name__ for statement in parse(text, "a").statements]
    assert kinds == ["Assign"] * 4 + ["Step"] * 2 + ["If", "For", "For", "For", "Block"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a := 1\nb = = 2", 2, "found '=', expected a value"),
        ("run(1e-9", 1, "found the end of the line, expected ',' or ')'"),
        ("f(1 2)", 1, "found '2', expected ',' or ')'"),
        ("if x < 1\n{\n}", 1, "found the end of the line, expected '{'"),
        ("for i := 0; i < 3 { }", 1, "expected ';' between the three parts"),
        ("{ x := 1", 1, "expected '}'"),
        ("x := 3 % 2", 1, "mod(a, b)"),
        ("x *= 2", 1, "x = x * y"),
        ("x := +1", 1, "found '+', expected a value"),
        ("x := 2\nfunc f() {}", 2, "functions cannot be defined"),
        ("for x < 3 { break }", 1, "no 'break'"),
        ("a, b = 1, 2", 1, "several cannot be assigned"),
        ("x := m.average", 1, "expected '(' after the method"),
        ("x := 'a'", 1, "double quotes"),
        ('x := "abc', 1, "never closed"),
        ("x := 1 /* y", 1, "never closed"),
        ("x := 1\u2212 2", 1, "expected '-'"),
        ("x := 1 # 2", 1, "found the character '#'"),
        ("x := 1 y := 2", 1, "found 'y', expected a new line"),
        ("if x = 1 { }", 1, "compare with '=='"),
        ("x := " + "(" * 300 + "1" + ")" * 300, 1, "nested levels"),
    ],
)
def test_errors_say_file_line_found_and_expected(text: str, line: int, message: str):
    with pytest.raises(LocatedError) as error:
        parse(text, "wall.mx3")
    assert str(error.value).startswith(f"wall.mx3:{line}: found ")
    assert message in str(error.value)
