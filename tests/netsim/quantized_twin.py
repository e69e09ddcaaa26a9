"""Plain NumPy twin of in-situ training: no event lists, no ledgers, no vector lanes. Same numbers, bit for bit."""

import numpy as np
from network_twins import F, derivative, dot, padded_error, real_columns, run_forward


class Quantized:
    """Algorithm 1 as it is written: every device is compared with its target in every example.

    samples : [class][state] weights after a pulse;  rank : per layer class of each device
    """

    def __init__(self, precise, widths, samples, targets, alpha, stream, biased, rank):
        self.precise, self.widths, self.stream = precise, widths, stream
        self.samples, self.targets, self.alpha = samples, targets, alpha
        self.biased, self.rank = biased, rank
        n = len(targets)
        self.boundaries = F(-1 + (np.arange(1, n) - 0.5) * 2 / (n - 1))
        self.device = [np.zeros_like(w) for w in precise]
        self.given = [np.zeros(w.shape, int) for w in precise]
        self.pulses = np.zeros(len(precise), int)
        self.slots = 0
        for layer in reversed(range(len(precise))):
            for row in range(len(precise[layer])):
                for column in range(widths[layer + 1]):
                    self.pulse(layer, row, column)
        rows = range(len(precise[0]))
        self.waiting = [(r, c) for r in rows for c in range(widths[1]) if self.outside(0, r, c)]

    def level(self, layer, row, column):
        return int(np.sum(self.precise[layer][row, column] >= self.boundaries))

    def outside(self, layer, row, column):
        target = self.targets[self.level(layer, row, column)]
        return abs(float(self.device[layer][row, column]) - target) > self.alpha

    def pulse(self, layer, row, column):
        values = self.samples[self.rank[layer][row, column]][self.level(layer, row, column)]
        self.device[layer][row, column] = values[self.stream.below(len(values))]
        self.pulses[layer] += 1
        self.given[layer][row, column] += 1

    def pulse_row(self, layer, row):
        """Pulses of one row; returns whether there were any, and the devices that failed."""
        failed, any_pulse = [], False
        for column in range(self.widths[layer + 1]):
            if self.outside(layer, row, column):
                any_pulse = True
                self.pulse(layer, row, column)
                if self.outside(layer, row, column):
                    failed.append((row, column))
        return any_pulse, failed

    def train(self, inputs, labels, order, eta):
        right, widths = 0, self.widths
        for image in order:
            outputs = run_forward(self.device, widths, inputs[image], "sigmoid", 0, self.biased)
            right += int(np.argmax(outputs[-1][: widths[-1]]) == labels[image])
            delta = padded_error(outputs[-1], widths[-1], labels[image])
            rows = []
            for layer in reversed(range(len(self.precise))):
                n = widths[layer]
                step = F(eta) * delta * derivative("sigmoid", False, 0, outputs[layer])
                step = real_columns(step, widths[layer + 1])
                below = np.zeros(-(-n // 16) * 16, F)
                below[:n] = [dot(row, delta) for row in self.device[layer][:n]]
                x = inputs[image] if layer == 0 else outputs[layer - 1][:n]
                if self.biased:
                    x = np.append(x, F(1))
                self.precise[layer] = np.clip(self.precise[layer] - x[:, None] * step, F(-1), F(1))
                if layer > 0:
                    rows.append(sum(self.pulse_row(layer, row)[0] for row in range(len(x))))
                else:
                    rows.append(self.pulse_first_layer(np.flatnonzero(x)))
                delta = below
            self.slots += max(rows)
        return right

    def pulse_first_layer(self, active):
        silent = [place for place in self.waiting if place[0] not in active]
        for place in silent:
            self.pulse(0, *place)
        self.waiting = [place for place in silent if self.outside(0, *place)]
        rows = len({row for row, _ in silent})
        for row in active:
            any_pulse, failed = self.pulse_row(0, int(row))
            rows += any_pulse
            self.waiting += failed
        return rows
