"""Tokens to syntax: a hand-written parser for the Go subset of MuMax3's scripts."""

from __future__ import annotations

import ast
import re
from typing import NoReturn

from devicegen.engine.language import syntax
from devicegen.engine.language.lexer import LocatedError, Token, tokenize

_PRECEDENCE = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5}
_ABSENT_OPERATORS = {
    "%": "mod(a, b)",
    "^": "pow(a, b)",
    "*=": "x = x * y",
    "/=": "x = x / y",
}
_ABSENT_WORDS = {
    "func": "functions cannot be defined in a script",
    "break": "there is no 'break'; put the condition into the for statement",
    "continue": "there is no 'continue'; use if",
    "return": "there is no 'return'",
    "switch": "there is no 'switch'; use if/else",
    "range": "there is no 'range'; use for i := 0; i < n; i++",
    "var": "declare with name := value",
    "const": "declare with name := value",
    "goto": "there is no 'goto'",
    "import": "there is no 'import'",
}
_PRAGMA = re.compile(r"[^:]*:\s*([^\W\d]\w*)\s*=\s*(\d+)")
_DEEPEST = 200  # nesting beyond this is no script a person wrote


def parse(text: str, file: str) -> syntax.Block:
    """The whole script as one block.

    Raises LocatedError: ``file:line: found ..., expected ...``.
    """
    return _Parser(tokenize(text, file), file).script()


class _Parser:
    """Recursive descent over the token list."""

    def __init__(self, tokens: list[Token], file: str) -> None:
        self.tokens, self.file = tokens, file
        self.place = 0
        self.depth = 0

    # -- reading tokens

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def at(self, *operators: str) -> bool:
        return self.now.kind == "op" and self.now.text in operators

    def take(self) -> Token:
        token = self.tokens[self.place]
        self.place += 1
        return token

    def expect(self, operator: str, where: str) -> Token:
        if not self.at(operator):
            self.fail(f"'{operator}' {where}")
        return self.take()

    def fail(self, expected: str) -> NoReturn:
        token = self.now
        if token.text in _ABSENT_WORDS and token.kind == "ident":
            raise LocatedError(self.file, token.line, f"found '{token.text}': {_ABSENT_WORDS[token.text]}")
        if token.text in _ABSENT_OPERATORS and token.kind == "op":
            raise LocatedError(
                self.file,
                token.line,
                f"found '{token.text}', which scripts do not have: write {_ABSENT_OPERATORS[token.text]}",
            )
        raise LocatedError(self.file, token.line, f"found {token.shown}, expected {expected}")

    # -- statements

    def script(self) -> syntax.Block:
        statements = self.statements(closing=None)
        return syntax.Block(1, statements)

    def statements(self, closing: str | None) -> tuple[syntax.Statement, ...]:
        found: list[syntax.Statement] = []
        while True:
            if self.now.kind == "newline":
                self.take()
            elif self.now.kind == "end":
                if closing is not None:
                    self.fail(f"'{closing}' at the end of the block")
                return tuple(found)
            elif closing is not None and self.at(closing):
                return tuple(found)
            else:
                found.append(self.statement())
                if self.now.kind not in ("newline", "end") and not (closing and self.at(closing)):
                    self.fail("a new line or ';' after the statement")

    def statement(self) -> syntax.Statement:
        if self.at("{"):
            return self.block("to open the block")
        if self.now.kind == "pragma":
            return self.pragma()
        if self.now.kind == "ident":
            if self.now.text == "if":
                return self.conditional()
            if self.now.text == "for":
                return self.loop()
        return self.simple()

    def pragma(self) -> syntax.Pragma:
        found = _PRAGMA.fullmatch(self.now.text)
        if found is None:
            self.fail("'// mx3cpu: NAME = WHOLE NUMBER' in a comment for this engine")
        line, (name, value) = self.take().line, found.groups()
        number = syntax.Number(line, value, _integer(value))
        return syntax.Pragma(line, syntax.Assign(line, syntax.Name(line, name), "=", number))

    def block(self, where: str) -> syntax.Block:
        line = self.expect("{", where).line
        self.deeper()
        statements = self.statements(closing="}")
        self.take()
        self.depth -= 1
        return syntax.Block(line, statements)

    def simple(self) -> syntax.Statement:
        target = self.expression()
        token = self.now
        if self.at(":=", "=", "+=", "-="):
            self.take()
            return syntax.Assign(token.line, target, token.text, self.expression())
        if self.at("++", "--"):
            self.take()
            return syntax.Step(token.line, target, token.text)
        if self.at(","):
            self.fail("one value: several cannot be assigned at once")
        return syntax.Evaluate(target.line, target)

    def conditional(self) -> syntax.If:
        line = self.take().line
        clause = self.simple()
        if not isinstance(clause, syntax.Evaluate):
            raise LocatedError(
                self.file, line, "found an assignment, expected a condition after 'if' (compare with '==')"
            )
        body = self.block("after the condition, on the same line")
        otherwise: syntax.Block | syntax.If | None = None
        if self.now.kind == "ident" and self.now.text == "else":
            self.take()
            if self.now.kind == "ident" and self.now.text == "if":
                otherwise = self.conditional()
            else:
                otherwise = self.block("or 'if' after 'else'")
        return syntax.If(line, clause.expression, body, otherwise)

    def loop(self) -> syntax.For:
        line = self.take().line
        start: syntax.Statement | None = None
        condition: syntax.Expression | None = None
        post: syntax.Statement | None = None
        first: syntax.Statement | None = None
        if not self.at("{"):
            if not (self.now.kind == "newline" and self.now.text == ";"):
                first = self.simple()
            if self.now.kind == "newline":
                self.semicolon()
                start = first
                if not (self.now.kind == "newline" and self.now.text == ";"):
                    condition = self.expression()
                self.semicolon()
                if not self.at("{"):
                    post = self.simple()
            elif isinstance(first, syntax.Evaluate):
                condition = first.expression
            else:
                self.fail("';' between the three parts of 'for'")
        return syntax.For(line, start, condition, post, self.block("to open the loop, on the same line"))

    def semicolon(self) -> None:
        if not (self.now.kind == "newline" and self.now.text == ";"):
            self.fail("';' between the three parts of 'for'")
        self.take()

    # -- expressions

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise LocatedError(self.file, self.now.line, f"found more than {_DEEPEST} nested levels, expected fewer")

    def expression(self, above: int = 0) -> syntax.Expression:
        self.deeper()
        left = self.unary()
        while self.now.kind == "op" and _PRECEDENCE.get(self.now.text, 0) > above:
            token = self.take()
            right = self.expression(_PRECEDENCE[token.text])
            left = syntax.Binary(token.line, token.text, left, right)
        if self.now.kind == "op" and self.now.text in ("%", "^"):
            self.fail("an operator")
        self.depth -= 1
        return left

    def unary(self) -> syntax.Expression:
        if self.at("-", "!"):
            token = self.take()
            self.deeper()
            operand = self.unary()
            self.depth -= 1
            return syntax.Unary(token.line, token.text, operand)
        return self.postfix(self.operand())

    def postfix(self, owner: syntax.Expression) -> syntax.Expression:
        while True:
            if self.at("("):
                line = self.take().line
                arguments = self.arguments()
                owner = syntax.Call(line, owner, arguments)
            elif self.at("."):
                self.take()
                if self.now.kind != "ident":
                    self.fail("the name of a method after '.'")
                token = self.take()
                if not self.at("("):
                    self.fail(f"'(' after the method '{token.text}'")
                owner = syntax.Selector(token.line, owner, token.text)
            elif self.at("["):
                line = self.take().line
                place = self.expression()
                self.expect("]", "after the index")
                owner = syntax.Index(line, owner, place)
            else:
                return owner

    def arguments(self) -> tuple[syntax.Expression, ...]:
        found: list[syntax.Expression] = []
        while not self.at(")"):
            found.append(self.expression())
            if self.at(","):
                self.take()
            elif not self.at(")"):
                self.fail("',' or ')' after an argument")
        self.take()
        return tuple(found)

    def operand(self) -> syntax.Expression:
        token = self.now
        if token.kind == "ident" and token.text not in _ABSENT_WORDS and token.text not in ("if", "for", "else"):
            self.take()
            return syntax.Name(token.line, token.text)
        if token.kind == "int":
            self.take()
            return syntax.Number(token.line, token.text, _integer(token.text))
        if token.kind == "float":
            self.take()
            return syntax.Number(token.line, token.text, float(token.text))
        if token.kind == "string":
            self.take()
            return syntax.Text(token.line, token.text, self.unquote(token))
        if self.at("("):
            self.take()
            inner = self.expression()
            self.expect(")", "to close the parenthesis")
            return syntax.Paren(token.line, inner)
        self.fail("a value")

    def unquote(self, token: Token) -> str:
        if token.text[0] == "`":
            return token.text[1:-1]
        try:
            return str(ast.literal_eval(token.text))
        except (SyntaxError, ValueError) as error:
            raise LocatedError(self.file, token.line, f"found {token.text}, expected a string: {error}") from None


def _integer(text: str) -> int:
    """Go's integer literals: hexadecimal, octal with a leading zero, decimal."""
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    if len(text) > 1 and text[0] == "0" and all(digit in "01234567" for digit in text):
        return int(text, 8)
    return int(text)
