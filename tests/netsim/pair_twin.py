"""Plain NumPy twin of the training of conductance pairs: every row made anew at each tick, no event lists."""

import network_twins as twins
import numpy as np
from network_twins import F

TICK = 10


def normal(stream):
    bits = stream.bits()
    total = sum((bits >> (8 * k)) & 0xFF for k in range(8))
    return (F(total) - F(1020)) * F((8 * 65535 / 12) ** -0.5)


def after_pulse(response, device, polarity, g, deviate):
    changes, units, low, high = response
    n_g, n_cells = changes.shape[2:]
    place = deviate * F(n_cells)
    cell = int(place)
    row = min(int(np.clip(g, F(0), F(1)) * F(n_g - 1) + (place - F(cell))), n_g - 1)
    return np.clip(g + F(changes[device, polarity, row, cell]) * units[polarity], low, high)


def times_opened(x, opening, stream):
    c, slots, _, at_random = opening
    if at_random:
        return sum(stream.uniform() < c * x for _ in range(slots))
    return min(int(np.floor(c * x * F(slots) + F(0.5))), slots)


def train_length(mean, longest, at_random, stream):
    if at_random:
        return min(int(np.floor(mean)) + int(stream.uniform() < mean - np.floor(mean)), longest)
    return min(int(np.floor(mean + F(0.5))), longest)


def fire(error, width, x, firing, stream):
    set_rate, reset_rate, longest, threshold, at_random = firing
    trains = []
    for column in range(width):
        size = abs(error[column])
        if size > threshold:
            sets = train_length(set_rate * x * size, longest, at_random, stream)
            resets = train_length(reset_rate * x * size, longest, at_random, stream) if reset_rate > 0 else 0
            if sets + resets > 0:
                trains.append((column, sets, resets))
    return trains


def add_noise(deviation, x, first, sums, width, stream):
    power = F(first)
    for value in x:
        power = power + value * value
    deviation = deviation * np.sqrt(power)
    for j in range(width):
        sums[j] += deviation * normal(stream)


class PairTwin:
    """State of a network of pairs; `plus` and `minus` are conductances, or amplitudes with `level`.

    level : function (example, layer, touched) -> (plus, minus) levels of all pairs, or None
    measured : lowest and highest conductance at which SET was measured, and the same of RESET, or None
    """

    def __init__(self, state, widths, response, scale, streams, gains=None, noise=None, level=None, measured=None):
        self.state, self.widths, self.response, self.scale = state, widths, response, scale
        self.streams, self.gains, self.noise, self.level = streams, gains, noise, level
        self.measured = measured
        self.pulses = np.zeros((len(widths) - 1, 5), int)
        self.touched = [np.zeros(plus.shape, bool) for plus in state["plus"]]
        self.done = 0

    def levels(self, layer):
        if self.level is None:
            shape = self.state["plus"][layer].shape
            return np.ones(shape, F), np.ones(shape, F)
        return self.level(self.done // TICK * TICK, layer, self.touched[layer])

    def make_weights(self):
        for layer, weight in enumerate(self.state["weight"]):
            up, down = self.levels(layer)
            weight[:] = self.scale * (self.state["plus"][layer] * up - self.state["minus"][layer] * down)

    def carried_out(self, layer, row, column, up):
        gain, sign, (rise, decay, floor) = self.gains[0][layer], self.gains[1][layer], self.gains[2]
        now = 1 if up else -1
        if sign[row, column] == now:
            gain[row, column] = min(gain[row, column] + rise, F(1))
        elif sign[row, column] != 0:
            gain[row, column] = max(gain[row, column] * decay, floor)
        sign[row, column] = now
        return self.streams["gain"].uniform() < gain[row, column]

    def program(self, layer, rows, trains, error):
        up_levels, down_levels = self.levels(layer)
        low, high = self.response[2:]
        for row, times in rows:
            for column, sets, resets in trains:
                up = error[column] < 0
                if self.gains is not None and not self.carried_out(layer, row, column, up):
                    continue
                place = row, column
                amplitudes = [self.state["plus"][layer], self.state["minus"][layer]]
                levels = [up_levels[place], down_levels[place]]
                g = [a[place] * level for a, level in zip(amplitudes, levels, strict=True)]
                raised = 0 if up else 1
                for side, polarity, count in ((raised, 0, times * sets), (1 - raised, 1, times * resets)):
                    device = self.state["device"][layer][row, column, side]
                    for _ in range(count):
                        if self.measured is not None:
                            low_end, high_end = self.measured[2 * polarity : 2 * polarity + 2]
                            self.pulses[layer, 3 + polarity] += not low_end <= g[side] <= high_end
                        g[side] = after_pulse(self.response, device, polarity, g[side], self.streams["pulse"].uniform())
                        self.pulses[layer, 2] += (g[side] >= high, g[side] <= low)[polarity]
                    self.pulses[layer, polarity] += count
                if not self.touched[layer][place]:
                    self.touched[layer][place] = True
                    up_levels, down_levels = self.levels(layer)
                    levels = [up_levels[place], down_levels[place]]
                for side in (0, 1):
                    amplitudes[side][place] = g[side] / levels[side]
                p, m = (a[place] * level for a, level in zip(amplitudes, levels, strict=True))
                self.state["weight"][layer][place] = self.scale * (p - m)

    def forward(self, x, kind, states):
        outputs = []
        for layer, (w, n) in enumerate(zip(self.state["weight"], self.widths, strict=False)):
            s = twins.forward(w[:n], x[:n]) + F(1) * w[n]
            if self.noise is not None:
                add_noise(self.noise[0], x[:n], 1, s, self.widths[layer + 1], self.streams["read"])
            x = twins.activate(kind, states, s)
            outputs.append(x)
        return outputs

    def train(self, inputs, labels, order, circuit, opening, firing):
        kind, two_valued, floor, states = circuit
        widths, right = self.widths, 0
        for image in order:
            if self.level is not None and self.done % TICK == 0:
                self.make_weights()
            outputs = self.forward(inputs[image], kind, states)
            right += int(np.argmax(outputs[-1][: widths[-1]]) == labels[image])
            delta = twins.padded_error(outputs[-1], widths[-1], labels[image])
            deltas = [None] * len(outputs)
            for layer in reversed(range(len(outputs))):
                n, width = widths[layer], widths[layer + 1]
                slope = twins.real_columns(twins.derivative(kind, two_valued, floor, outputs[layer]), width)
                deltas[layer] = twins.limit_errors(states, delta * slope)
                if layer > 0:
                    delta = np.zeros(-(-n // 16) * 16, F)
                    delta[:n] = [twins.dot(row, deltas[layer]) for row in self.state["weight"][layer][:n]]
                    if self.noise is not None:
                        add_noise(self.noise[1], deltas[layer][:width], 0, delta, n, self.streams["read"])
            for layer, error in enumerate(deltas):
                x = inputs[image] if layer == 0 else outputs[layer - 1]
                rows = [(i, x[i]) for i in range(widths[layer]) if layer > 0 or x[i] != 0] + [(widths[layer], F(1))]
                rows = [(i, value) for i, value in rows if value >= opening[2]]
                down = self.streams["downstream"]
                if opening[1] == 0:
                    for row, value in rows:
                        self.program(layer, [(row, 1)], fire(error, widths[layer + 1], value, firing, down), error)
                    continue
                opened = [(row, times_opened(value, opening, self.streams["upstream"])) for row, value in rows]
                trains = fire(error, widths[layer + 1], F(1), firing, down)
                self.program(layer, [place for place in opened if place[1] > 0], trains, error)
            self.done += 1
        return right
