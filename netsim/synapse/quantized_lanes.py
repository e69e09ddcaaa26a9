"""How far the weights of neighbouring synapses may move until one of them leaves its interval, in vector lanes."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from netsim.crossbar import LANES

_intrinsic: Any = intrinsic
"""Without its type: a checker cannot know that the decorator takes away the first argument."""

_FLOATS = ir.VectorType(ir.FloatType(), LANES)
_BYTES = ir.VectorType(ir.IntType(8), LANES)


def _lanes_of(context: Any, builder: Any, kind: Any, array: Any, row: Any, start: Any, lanes: Any) -> Any:
    """Pointer to `lanes` at a place of a 2-d C array; slices would count references, which costs more than the work."""
    opened = context.make_array(kind)(context, builder, array)
    columns = cgutils.unpack_tuple(builder, opened.shape)[1]
    return builder.bitcast(
        builder.gep(opened.data, [builder.add(builder.mul(row, columns), start)]), lanes.as_pointer()
    )


def _everywhere(builder: Any, value: Any) -> Any:
    """A float32 in all lanes."""
    one = builder.insert_element(ir.Constant(_FLOATS, ir.Undefined), value, ir.IntType(32)(0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))


@_intrinsic
def lane_slack(
    typing_context: Any, weights: Any, first: Any, beyond: Any, row: Any, start: Any, stop: Any, origin: Any, step: Any
) -> Any:
    """Least distance of ``weights[row, start:stop]`` to the ends of their intervals; below 0 if one is outside.

    first, beyond : uint8, numbers of the ends, which lie at ``origin + number * step`` (float32, but for rounding)
    `LANES` divides stop - start.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row, start, stop = arguments[3:6]
        origin, step = (_everywhere(builder, value) for value in arguments[6:])
        value, low, high = (
            _lanes_of(context, builder, kind, array, row, start, lanes)
            for kind, array, lanes in zip(signature.args[:3], arguments[:3], (_FLOATS, _BYTES, _BYTES), strict=True)
        )

        def load(pointer: Any, index: Any, align: int) -> Any:
            lanes = builder.load(builder.gep(pointer, [index]))
            lanes.align = align
            return lanes

        def end(pointer: Any, index: Any) -> Any:
            number = builder.uitofp(load(pointer, index, 1), _FLOATS)
            return builder.fadd(origin, builder.fmul(number, step))

        def lesser(left: Any, right: Any) -> Any:
            return builder.select(builder.fcmp_ordered("<", left, right), left, right)

        least = cgutils.alloca_once_value(builder, ir.Constant(_FLOATS, [float("inf")] * LANES))
        length = builder.sub(stop, start)
        with cgutils.for_range(builder, builder.udiv(length, length.type(LANES))) as loop:
            weight = load(value, loop.index, 4)
            below = builder.fsub(weight, end(low, loop.index))
            above = builder.fsub(end(high, loop.index), weight)
            builder.store(lesser(builder.load(least), lesser(below, above)), least)
        joined, half = builder.load(least), LANES // 2
        while half:
            order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [(k + half) % LANES for k in range(LANES)])
            joined = lesser(joined, builder.shuffle_vector(joined, joined, order))
            half //= 2
        return builder.extract_element(joined, ir.IntType(32)(0))

    numbers = (types.int64, types.int64, types.int64, types.float32, types.float32)
    return types.float32(weights, first, beyond, *numbers), build
