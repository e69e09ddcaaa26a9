"""Syntax back to text, as it is written into log.txt: Go's own layout, without comments but those for this engine."""

from __future__ import annotations

from devicegen.engine.language import syntax

_PRECEDENCE = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5}


def formatted(node: syntax.Statement | syntax.Expression, indent: int = 0) -> str:
    """The statement or expression as text; blocks over several lines, indented by tabs."""
    if isinstance(node, syntax.Assign):
        return f"{_expression(node.target)} {node.operator} {_expression(node.value)}"
    if isinstance(node, syntax.Pragma):
        return f"// mx3cpu: {formatted(node.setting)}"
    if isinstance(node, syntax.Step):
        return f"{_expression(node.target)}{node.operator}"
    if isinstance(node, syntax.Evaluate):
        return _expression(node.expression)
    if isinstance(node, syntax.Block):
        if not node.statements:
            return "{\n" + "\t" * indent + "}"
        inner = "".join("\t" * (indent + 1) + formatted(one, indent + 1) + "\n" for one in node.statements)
        return "{\n" + inner + "\t" * indent + "}"
    if isinstance(node, syntax.If):
        text = f"if {_expression(node.condition)} {formatted(node.body, indent)}"
        return text + (f" else {formatted(node.otherwise, indent)}" if node.otherwise else "")
    if isinstance(node, syntax.For):
        start, post = (formatted(part) if part else "" for part in (node.start, node.post))
        condition = _expression(node.condition) if node.condition else ""
        head = f"{start}; {condition}; {post}".rstrip() if start or post else condition
        return f"for {head} {formatted(node.body, indent)}" if head else f"for {formatted(node.body, indent)}"
    return _expression(node)


def _expression(node: syntax.Expression, depth: int = 1) -> str:
    if isinstance(node, (syntax.Number, syntax.Text)):
        return node.text
    if isinstance(node, syntax.Name):
        return node.text
    if isinstance(node, syntax.Paren):
        return f"({_expression(node.inner, _reduced(depth))})"
    if isinstance(node, syntax.Unary):
        return node.operator + _expression(node.operand, depth)
    if isinstance(node, syntax.Selector):
        return f"{_expression(node.owner, depth)}.{node.name}"
    if isinstance(node, syntax.Index):
        return f"{_expression(node.owner)}[{_expression(node.place, depth + 1)}]"
    if isinstance(node, syntax.Call):
        inner = depth + 1 if len(node.arguments) > 1 else depth
        return f"{_expression(node.function, depth)}({', '.join(_expression(one, inner) for one in node.arguments)})"
    return _binary(node, depth)


def _reduced(depth: int) -> int:
    return depth - 1 if depth > 1 else 1


def _binary(node: syntax.Binary, depth: int) -> str:
    """Go sets spaces around the operators that bind least, and none around those that bind most."""
    precedence = _PRECEDENCE[node.operator]
    left = _expression(node.left, depth + _differs(node.left, precedence))
    right = _expression(node.right, depth + 1)
    gap = " " if precedence < _cutoff(node, depth) else ""
    return f"{left}{gap}{node.operator}{gap}{right}"


def _differs(node: syntax.Expression, precedence: int) -> int:
    return 0 if isinstance(node, syntax.Binary) and _PRECEDENCE[node.operator] == precedence else 1


def _cutoff(node: syntax.Binary, depth: int) -> int:
    has_sum, has_product, worst = _walk(node)
    if worst > 0:
        return worst + 1
    if has_sum and has_product:
        return 5 if depth == 1 else 4
    return 6 if depth == 1 else 4


def _walk(node: syntax.Binary) -> tuple[bool, bool, int]:
    """Whether sums and products occur, and the precedence at which leaving out spaces would join two signs."""
    precedence = _PRECEDENCE[node.operator]
    has_sum, has_product, worst = precedence == 4, precedence == 5, 0
    if isinstance(node.left, syntax.Binary):
        one, two, three = _walk(node.left)
        has_sum, has_product, worst = has_sum or one, has_product or two, max(worst, three)
    if isinstance(node.right, syntax.Binary):
        one, two, three = _walk(node.right)
        has_sum, has_product, worst = has_sum or one, has_product or two, max(worst, three)
    elif isinstance(node.right, syntax.Unary):
        joined = node.operator + node.right.operator
        worst = max(worst, 5 if joined in ("/*", "&&", "&^") else 4 if joined in ("++", "--") else 0)
    return has_sum, has_product, worst
