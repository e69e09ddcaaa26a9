"""Comments for this engine, ``// mx3cpu: name = value``: what MuMax3 passes over and mx3cpu reads."""

from __future__ import annotations

import pytest
from script_world import Stage

from devicegen.engine.language import syntax
from devicegen.engine.language.lexer import LocatedError
from devicegen.engine.language.parser import parse


class OwnStage(Stage):
    """A stage with a setting that MuMax3 does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.hold = 1
        self.world.setting("Hold", int, self, "hold", own=True)


@pytest.fixture
def stage():
    return OwnStage()


@pytest.mark.parametrize("text", ["// mx3cpu: Hold = 16", "//mx3cpu:hold=16\r", "\t// MX3CPU :  HOLD =  16  "])
def test_a_comment_sets_what_only_this_engine_has(stage, text):
    stage.run(f"print(1)\n{text}\nprint(Hold)")
    assert stage.printed == [(1,), (16,)]


def test_it_takes_effect_where_it_stands_as_the_statement_does(stage):
    script = "print(hold)\nfor i := 0; i < 2; i++ {{\n{}\nprint(hold)\nhold = 2\n}}\nprint(hold)"
    for form in ("// mx3cpu: Hold = 4", "Hold = 4"):
        stage.hold, stage.printed = 1, []
        stage.run(script.format(form))
        assert stage.printed == [(1,), (4,), (4,), (2,)]


def test_the_log_shows_it_as_the_comment_it_is(stage):
    stage.run("//mx3cpu:   Hold=4\nif true {\n// mx3cpu: Hold = 5\n}")
    assert stage.logged == ["// mx3cpu: Hold = 4", "if true {\n\t// mx3cpu: Hold = 5\n}"]


def test_other_comments_mean_nothing(stage):
    stage.run(
        "// the mx3cpu: Hold = 4\n/* mx3cpu: Hold = 4 */\n//mx3cpu 0.1.0 (embedded)\nprint(`// mx3cpu: Hold = 4`)"
    )
    assert stage.hold == 1
    assert parse("// mx3cpux: Hold = 4", "a").statements == ()


def test_the_syntax_says_the_line():
    (found,) = parse("\n\n// mx3cpu: Hold = 010", "a.mx3").statements
    number = syntax.Number(3, "010", 8)
    assert found == syntax.Pragma(3, syntax.Assign(3, syntax.Name(3, "Hold"), "=", number))


@pytest.mark.parametrize(
    ("text", "line", "found", "expected"),
    [
        ("\n// mx3cpu: MaxErr = 4", 2, "// mx3cpu: MaxErr = 4", "a setting that only mx3cpu has (Hold)"),
        ("// mx3cpu: nonsense = 4", 1, "// mx3cpu: nonsense = 4", "a setting that only mx3cpu has (Hold)"),
        ("// mx3cpu: Hold := 4", 1, "// mx3cpu: Hold := 4", "'// mx3cpu: NAME = WHOLE NUMBER'"),
        ("// mx3cpu: Hold = 4.5", 1, "// mx3cpu: Hold = 4.5", "'// mx3cpu: NAME = WHOLE NUMBER'"),
        ("// mx3cpu: Hold = 4; run(1)", 1, "// mx3cpu: Hold = 4; run(1)", "'// mx3cpu: NAME = WHOLE NUMBER'"),
        ("// mx3cpu:", 1, "// mx3cpu:", "'// mx3cpu: NAME = WHOLE NUMBER'"),
        ("// mx3cpu: Hold = 4 // why", 1, "// mx3cpu: Hold = 4 // why", "'// mx3cpu: NAME = WHOLE NUMBER'"),
        ("print(1) // mx3cpu: Hold = 4", 1, "// mx3cpu: Hold = 4", "a new line or ';' after the statement"),
        ("print(1,\n// mx3cpu: Hold = 4\n2)", 2, "// mx3cpu: Hold = 4", "a value"),
    ],
)
def test_what_is_not_understood_is_refused_before_anything_runs(stage, text, line, found, expected):
    with pytest.raises(LocatedError) as error:
        stage.run(text)
    assert str(error.value).startswith(f"a.mx3:{line}: found '{found}', expected {expected}")
    assert "\n" not in str(error.value)
    assert stage.logged == []
