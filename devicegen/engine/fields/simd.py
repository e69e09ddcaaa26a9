"""Sixteen numbers at once inside numba kernels: explicit vectors instead of hoping for the auto-vectoriser.

A vector is an LLVM ``<16 x float>`` (or ``<16 x i32>``): one AVX-512 register, or the two, four or more that
other processors need for it. Every operation is the plain IEEE one on each of the sixteen elements, with no
fused or reordered arithmetic, so an element's result does not depend on its place in a vector, on its
neighbours there, or on the processor. This is what makes an instance's bytes the same alone or in company.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import ConcreteTemplate, builtin_registry, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

LANES = 16
"""Elements of a vector; rows of packed fields are padded to a multiple of it."""

_FLOATS = ir.VectorType(ir.FloatType(), LANES)
_WORDS = ir.VectorType(ir.IntType(32), LANES)
_INT32 = ir.IntType(32)


class FloatVector(types.Type):
    """Numba's type of sixteen float32."""

    def __init__(self) -> None:
        super().__init__(name="FloatVector16")


class WordVector(types.Type):
    """Numba's type of sixteen uint32."""

    def __init__(self) -> None:
        super().__init__(name="WordVector16")


_typing_registry: Any = builtin_registry
floats = FloatVector()
words = WordVector()


@register_model(FloatVector)
class _FloatVectorModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type) -> None:
        super().__init__(dmm, fe_type, _FLOATS)


@register_model(WordVector)
class _WordVectorModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type) -> None:
        super().__init__(dmm, fe_type, _WORDS)


_BINARY = {
    operator.add: ("fadd", "add"),
    operator.sub: ("fsub", None),
    operator.mul: ("fmul", None),
    operator.truediv: ("fdiv", None),
    operator.xor: (None, "xor"),
    operator.or_: (None, "or_"),
    operator.and_: (None, "and_"),
}


def _define_binary(operation, instruction: str, vector: types.Type) -> None:
    """Teach numba one operator between two vectors of the same kind."""

    class _Template(ConcreteTemplate):
        key = operation
        cases = (signature(vector, vector, vector),)

    _typing_registry.register_global(operation)(_Template)

    @lower_builtin(operation, vector, vector)
    def _lower(context, builder, sig, args):
        return getattr(builder, instruction)(*args)


for _operation, (_on_floats, _on_words) in _BINARY.items():
    if _on_floats:
        _define_binary(_operation, _on_floats, floats)
    if _on_words:
        _define_binary(_operation, _on_words, words)


@_typing_registry.register_global(operator.neg)
class _Negate(ConcreteTemplate):
    cases = (signature(floats, floats),)


@lower_builtin(operator.neg, floats)
def _lower_negate(context, builder, sig, args):
    return builder.fneg(args[0])


def _instruction(definition: Callable) -> Any:
    """An intrinsic, which kernels call with other arguments than its definition shows."""
    return intrinsic(definition)


def _pointer(context, builder, memory_type, memory, index, vector):
    """Pointer to the vector that starts at `index` of a flat array, or of the memory a pointer shows."""
    if isinstance(memory_type, types.Array):
        memory = context.make_array(memory_type)(context, builder, memory).data
    return builder.bitcast(builder.gep(memory, [index]), vector.as_pointer())


@_instruction
def pointer(typingctx, array):
    """Where a flat array's elements lie.

    Kernels take pointers before their loops: reaching for an array inside a structure would count a reference
    for every vector. The caller of the kernel holds the arrays.
    """

    def codegen(context, builder, sig, args):
        return context.make_array(sig.args[0])(context, builder, args[0]).data

    return types.CPointer(array.dtype)(array), codegen


@_instruction
def load(typingctx, array, index):
    """The sixteen elements of flat float32 or uint32 memory (array or pointer) from `index` on; any alignment."""
    vector_type, vector = (floats, _FLOATS) if array.dtype == types.float32 else (words, _WORDS)

    def codegen(context, builder, sig, args):
        return builder.load(_pointer(context, builder, sig.args[0], args[0], args[1], vector), align=4)

    return vector_type(array, types.intp), codegen


@_instruction
def store(typingctx, array, index, value):
    """Write a vector to the sixteen elements of flat float32 or uint32 memory from `index` on."""
    vector = _FLOATS if array.dtype == types.float32 else _WORDS

    def codegen(context, builder, sig, args):
        pointer = _pointer(context, builder, sig.args[0], args[0], args[1], vector)
        builder.store(args[2], pointer, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, floats if vector is _FLOATS else words), codegen


def _broadcast(builder, scalar, vector):
    single = builder.insert_element(ir.Constant(vector, ir.Undefined), scalar, _INT32(0))
    mask = ir.Constant(ir.VectorType(_INT32, LANES), [0] * LANES)
    return builder.shuffle_vector(single, ir.Constant(vector, ir.Undefined), mask)


@_instruction
def splat(typingctx, scalar):
    """A vector of sixteen copies of a number (as float32)."""

    def codegen(context, builder, sig, args):
        return _broadcast(builder, args[0], _FLOATS)

    return floats(types.float32), codegen


@_instruction
def splat_word(typingctx, scalar):
    """A vector of sixteen copies of a 32-bit word."""

    def codegen(context, builder, sig, args):
        return _broadcast(builder, args[0], _WORDS)

    return words(types.uint32), codegen


@_instruction
def shift_right(typingctx, vector, count):
    """Each word shifted right by a constant count, zeros coming in."""

    def codegen(context, builder, sig, args):
        count = builder.trunc(args[1], _INT32)
        return builder.lshr(args[0], _broadcast(builder, count, _WORDS))

    return words(words, types.int64), codegen


@_instruction
def shift_left(typingctx, vector, count):
    """Each word shifted left by a constant count."""

    def codegen(context, builder, sig, args):
        count = builder.trunc(args[1], _INT32)
        return builder.shl(args[0], _broadcast(builder, count, _WORDS))

    return words(words, types.int64), codegen


@_instruction
def to_floats(typingctx, vector):
    """Each word, below 2^31, as a float32."""

    def codegen(context, builder, sig, args):
        return builder.sitofp(args[0], _FLOATS)

    return floats(words), codegen


@_instruction
def root(typingctx, vector):
    """The correctly rounded square root of each element."""

    def codegen(context, builder, sig, args):
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_FLOATS, [_FLOATS]), f"llvm.sqrt.v{LANES}f32"
        )
        return builder.call(function, args)

    return floats(floats), codegen


@_instruction
def at_least(typingctx, vector, floor):
    """The larger of each element and `floor`; a NaN stays a NaN."""

    def codegen(context, builder, sig, args):
        below = builder.fcmp_ordered("<", args[0], args[1])
        return builder.select(below, args[1], args[0])

    return floats(floats, floats), codegen


def _transposed(builder, rows):
    """Transpose a 16 x 16 block held in sixteen vectors, by interleaving halves four times."""
    low = [i // 2 + (LANES if i % 2 else 0) for i in range(LANES)]
    high = [LANES // 2 + k for k in low]
    masks = [ir.Constant(ir.VectorType(_INT32, LANES), m) for m in (low, high)]
    for _ in range(4):
        rows = [
            builder.shuffle_vector(rows[i], rows[i + LANES // 2], mask) for i in range(LANES // 2) for mask in masks
        ]
    return rows


@_instruction
def transpose_block(typingctx, source, source_index, source_step, target, target_index, target_step):
    """Copy a 16 x 16 block between flat float32 memories, rows becoming columns; steps lie between successive rows."""

    def codegen(context, builder, sig, args):
        step = ir.IntType(64)
        rows = []
        for i in range(LANES):
            index = builder.add(args[1], builder.mul(args[2], step(i)))
            rows.append(builder.load(_pointer(context, builder, sig.args[0], args[0], index, _FLOATS), align=4))
        for i, row in enumerate(_transposed(builder, rows)):
            index = builder.add(args[4], builder.mul(args[5], step(i)))
            builder.store(row, _pointer(context, builder, sig.args[3], args[3], index, _FLOATS), align=4)
        return context.get_dummy_value()

    return types.void(source, types.intp, types.intp, target, types.intp, types.intp), codegen
