"""Floating-point synapses: the baseline beside every device, trained one example at a time.

The kernel is event-driven: an input that is zero costs neither a read nor an update, and the backward read of
a row is taken while the row is in the cache for its update.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from netsim.circuit import activate, derivative
from netsim.crossbar import add_row, lane_dot, read_active, read_dense

_0, _1 = np.float32(0), np.float32(1)


@njit(cache=True)
def _descend(weights, row, value, gradient, limit):
    for j in range(gradient.size):
        weights[row, j] = min(max(weights[row, j] - value * gradient[j], -limit), limit)


@njit(cache=True)
def train_examples(weights, neurons, errors, widths, inputs, labels, order, eta, circuit, biased, sloped, limit):
    """One pass of stochastic gradient descent on the squared error, batch size 1.

    weights : per layer (inputs [+ bias], padded outputs) float32, updated in place, kept within +-limit
    neurons, errors : per layer (padded outputs) float32, work space
    widths  : (layers + 1,) neurons of each layer, inputs first
    inputs  : (starts, pixels, values) of `netsim.inputs.ActiveInputs`
    labels, order : class of each image; images in the order of training
    eta     : learning rate, float32
    circuit : (activation, two-valued derivative, its floor float32)
    biased  : whether the last row of each layer is that of a bias unit
    sloped  : whether the derivative is part of the error that is propagated back (False: Al Misba 2022)
    returns : images whose class was right before their update
    """
    starts, pixels, values = inputs
    activation, two_valued, floor = circuit
    last = len(weights) - 1
    correct = 0
    for image in order:
        active = pixels[starts[image] : starts[image + 1]]
        shade = values[starts[image] : starts[image + 1]]
        for layer in range(last + 1):
            w, y = weights[layer], neurons[layer]
            if layer == 0:
                read_active(w, active, shade, y)
            else:
                read_dense(w, widths[layer], neurons[layer - 1], y)
            if biased:
                add_row(w, widths[layer], _1, y)
            activate(activation, 0, y)

        y, label = neurons[last], labels[image]
        if np.argmax(y[: widths[last + 1]]) == label:
            correct += 1
        for j in range(widths[last + 1]):
            errors[last][j] = y[j] - (_1 if j == label else _0)

        for layer in range(last, -1, -1):
            w, y, delta = weights[layer], neurons[layer], errors[layer]
            for j in range(widths[layer + 1]):
                slope = derivative(activation, two_valued, floor, y[j])
                if sloped:
                    delta[j] *= slope
                y[j] = eta * delta[j] if sloped else eta * delta[j] * slope
            for j in range(widths[layer + 1], y.size):
                y[j] = _0
            # `y` now holds the step of each column: this layer's outputs are not needed any more
            if layer == 0:
                for a in range(active.size):
                    _descend(w, active[a], shade[a], y, limit)
            else:
                below, x = errors[layer - 1], neurons[layer - 1]
                for i in range(widths[layer]):
                    below[i] = lane_dot(w, i, delta)
                    _descend(w, i, x[i], y, limit)
            if biased:
                _descend(w, widths[layer], _1, y, limit)
    return correct
