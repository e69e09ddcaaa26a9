"""Forward and backward reads of a weight array, as a crossbar does them: rows are inputs, columns outputs.

Weights lie as (inputs, padded outputs) float32, so that the outputs of one input are contiguous: an input
that is zero costs nothing, and neither direction needs a transposed copy. Columns are padded with zeros to
a multiple of `LANES`. Sums are taken in an order that does not depend on the processor: equal inputs give
equal bits everywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16
"""Partial sums kept side by side in a backward read."""

_intrinsic: Any = intrinsic
"""Without its type: a checker cannot know that the decorator takes away the first argument."""

WeightArray = npt.NDArray[np.float32]


def padded(columns: int) -> int:
    """Columns with their padding: the next multiple of `LANES`."""
    return -(-columns // LANES) * LANES


def empty_layers(layers: tuple[int, ...], biased: bool) -> tuple[WeightArray, ...]:
    """Zero weights of a network: one (inputs [+ 1 bias row], padded outputs) array a layer."""
    pairs = zip(layers[:-1], layers[1:], strict=True)
    return tuple(np.zeros((inputs + biased, padded(outputs)), np.float32) for inputs, outputs in pairs)


def empty_neurons(layers: tuple[int, ...]) -> tuple[npt.NDArray[np.float32], ...]:
    """Zero neuron values behind each layer of weights, padded."""
    return tuple(np.zeros(padded(outputs), np.float32) for outputs in layers[1:])


@_intrinsic
def lane_dot(typing_context: Any, matrix: Any, row: Any, vector: Any) -> Any:
    """Sum of ``matrix[row] * vector`` in `LANES` partial sums added pairwise; `LANES` divides the padded columns.

    Written as vector instructions because a compiler may only reorder a float reduction when told that the order
    does not matter, and then each processor gets its own last bits. Takes matrix and row apart as a slice would count
    references, which costs more than the work here.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        opened = context.make_array(signature.args[0])(context, builder, arguments[0])
        columns = cgutils.unpack_tuple(builder, opened.shape)[1]
        left = builder.gep(opened.data, [builder.mul(arguments[1], columns)])
        right = context.make_array(signature.args[2])(context, builder, arguments[2])
        length = cgutils.unpack_tuple(builder, right.shape)[0]

        wide = ir.VectorType(ir.FloatType(), LANES)
        pointers = [builder.bitcast(pointer, wide.as_pointer()) for pointer in (left, right.data)]
        total = cgutils.alloca_once_value(builder, ir.Constant(wide, [0.0] * LANES))
        with cgutils.for_range(builder, builder.udiv(length, length.type(LANES))) as loop:
            lanes = [builder.load(builder.gep(pointer, [loop.index])) for pointer in pointers]
            for load in lanes:
                load.align = 4
            builder.store(builder.fadd(builder.load(total), builder.fmul(*lanes)), total)
        joined = builder.load(total)
        half = LANES // 2
        while half:
            order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [(k + half) % LANES for k in range(LANES)])
            joined = builder.fadd(joined, builder.shuffle_vector(joined, joined, order))
            half //= 2
        return builder.extract_element(joined, ir.IntType(32)(0))

    return types.float32(matrix, types.int64, vector), build


@njit(cache=True)
def add_row(weights, row, value, sums):
    """Add one input's contribution ``value * weights[row]`` to the column sums."""
    for j in range(sums.size):
        sums[j] += value * weights[row, j]


@njit(cache=True)
def read_dense(weights, n_inputs, inputs, sums):
    """Column sums ``inputs @ weights[:n_inputs]``.

    Four rows in one pass over the columns, added one after the other: the bits of `add_row` on each row, with a
    quarter of the traffic on `sums`.
    """
    sums[:] = np.float32(0)
    fours = n_inputs - n_inputs % 4
    for i in range(0, fours, 4):
        a, b, c, d = inputs[i], inputs[i + 1], inputs[i + 2], inputs[i + 3]
        for j in range(sums.size):
            part = (sums[j] + a * weights[i, j]) + b * weights[i + 1, j]
            sums[j] = (part + c * weights[i + 2, j]) + d * weights[i + 3, j]
    for i in range(fours, n_inputs):
        add_row(weights, i, inputs[i], sums)


@njit(cache=True)
def read_active(weights, rows, values, sums):
    """Column sums over the active inputs only: ``values @ weights[rows]``, in the order of `read_dense`."""
    sums[:] = np.float32(0)
    fours = rows.size - rows.size % 4
    for k in range(0, fours, 4):
        i, a, b, c, d = rows[k], values[k], values[k + 1], values[k + 2], values[k + 3]
        i1, i2, i3 = rows[k + 1], rows[k + 2], rows[k + 3]
        for j in range(sums.size):
            part = (sums[j] + a * weights[i, j]) + b * weights[i1, j]
            sums[j] = (part + c * weights[i2, j]) + d * weights[i3, j]
    for k in range(fours, rows.size):
        add_row(weights, rows[k], values[k], sums)
