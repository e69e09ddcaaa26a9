"""Plain NumPy twins of the kernels: no event lists, no ledgers, no vector lanes. Same numbers, bit for bit."""

import numpy as np

F = np.float32
MASK = (1 << 64) - 1


class Stream:
    """Splitmix64, from its definition, in Python integers."""

    def __init__(self, start):
        self.state = int(start)

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self):
        return F(self.bits() >> 40) * F(2.0**-24)

    def below(self, n):
        return ((self.bits() >> 32) * n) >> 32


def forward(weights, x):
    sums = np.zeros(weights.shape[1], F)
    for row, value in zip(weights, x, strict=False):
        if value != 0:
            sums = sums + value * row
    return sums


def dot(row, vector, lanes=16):
    total = np.zeros(lanes, F)
    for block in (row * vector).reshape(-1, lanes):
        total = total + block
    while total.size > 1:
        total = total[: total.size // 2] + total[total.size // 2 :]
    return total[0]


def tanh(s):
    h = np.clip(s, F(-9), F(9)) * F(0.5)
    q = h * h
    top = F(135135) + q * (F(17325) + q * (F(378) + q))
    bottom = F(135135) + q * (F(62370) + q * (F(3150) + q * F(28)))
    t = h * top / bottom
    return F(2) * t / (F(1) + t * t)


def activate(kind, states, s):
    y = {
        "sigmoid": lambda: F(0.5) + F(0.5) * tanh(F(0.5) * s),
        "tanh": lambda: F(0.5) + F(0.5) * tanh(s),
        "pwl": lambda: np.clip(F(0.5) + F(0.5) * s, F(0), F(1)),
    }[kind]()
    return np.floor(y * F(states - 1) + F(0.5)) / F(states - 1) if states else y


def derivative(kind, two_valued, floor, y):
    slope = y * (F(1) - y)
    if kind == "pwl":
        return np.where((y > 0) & (y < 1), F(1), F(floor)).astype(F)
    if two_valued:
        return np.where(slope >= F(0.125), F(1), F(floor)).astype(F)
    return slope if kind == "sigmoid" else F(4) * slope


def limit_errors(states, delta):
    if not states:
        return delta
    step = F(2) / F(states)
    return np.clip(np.floor(delta / step + F(0.5)) * step, F(-1), F(1))


def padded_error(y, n, label):
    delta = np.zeros_like(y)
    delta[:n] = y[:n]
    delta[label] -= F(1)
    return delta


def real_columns(values, n):
    out = np.zeros_like(values)
    out[:n] = values[:n]
    return out


def run_forward(weights, widths, x, kind, states, biased):
    outputs = []
    for w, n in zip(weights, widths, strict=False):
        s = forward(w[:n], x[:n])
        if biased:
            s = s + F(1) * w[n]
        x = activate(kind, states, s)
        outputs.append(x)
    return outputs


def train_float(weights, widths, inputs, labels, order, eta, kind, two_valued, floor, biased, sloped, limit):
    right = 0
    for image in order:
        outputs = run_forward(weights, widths, inputs[image], kind, 0, biased)
        right += int(np.argmax(outputs[-1][: widths[-1]]) == labels[image])
        delta = padded_error(outputs[-1], widths[-1], labels[image])
        for layer in reversed(range(len(weights))):
            w, n = weights[layer], widths[layer]
            slope = derivative(kind, two_valued, floor, outputs[layer])
            if sloped:
                delta = delta * slope
                step = F(eta) * delta
            else:
                step = F(eta) * delta * slope
            step = real_columns(step, widths[layer + 1])
            below = np.zeros(-(-n // 16) * 16, F)
            below[:n] = [dot(row, delta) for row in w[:n]]
            x = inputs[image] if layer == 0 else outputs[layer - 1]
            w[:n] = np.clip(w[:n] - x[:n, None] * step, F(-limit), F(limit))
            if biased:
                w[n] = np.clip(w[n] - step, F(-limit), F(limit))
            delta = below
    return right


class Quantized:
    """Algorithm 1 as it is written: every device is compared with its target in every example."""

    def __init__(self, precise, widths, samples, targets, alpha, stream):
        self.precise, self.widths, self.stream = precise, widths, stream
        self.samples, self.targets, self.alpha = samples, targets, alpha
        n = len(targets)
        self.boundaries = F(-1 + (np.arange(1, n) - 0.5) * 2 / (n - 1))
        self.device = [np.zeros_like(w) for w in precise]
        self.pulses = np.zeros(len(precise), int)
        self.waiting = []
        for layer in reversed(range(len(precise))):
            for row in range(widths[layer]):
                for column in range(widths[layer + 1]):
                    self.pulse(layer, row, column)
        self.waiting = [(r, c) for r in range(widths[0]) for c in range(widths[1]) if self.outside(0, r, c)]

    def level(self, layer, row, column):
        return int(np.sum(self.precise[layer][row, column] >= self.boundaries))

    def outside(self, layer, row, column):
        target = self.targets[self.level(layer, row, column)]
        return abs(float(self.device[layer][row, column]) - target) > self.alpha

    def pulse(self, layer, row, column):
        values = self.samples[self.level(layer, row, column)]
        self.device[layer][row, column] = values[self.stream.below(len(values))]
        self.pulses[layer] += 1

    def pulse_row(self, layer, row):
        failed = []
        for column in range(self.widths[layer + 1]):
            if self.outside(layer, row, column):
                self.pulse(layer, row, column)
                if self.outside(layer, row, column):
                    failed.append((row, column))
        return failed

    def train(self, inputs, labels, order, eta):
        right, widths = 0, self.widths
        for image in order:
            outputs = run_forward(self.device, widths, inputs[image], "sigmoid", 0, False)
            right += int(np.argmax(outputs[-1][: widths[-1]]) == labels[image])
            delta = padded_error(outputs[-1], widths[-1], labels[image])
            for layer in reversed(range(len(self.precise))):
                n = widths[layer]
                step = F(eta) * delta * derivative("sigmoid", False, 0, outputs[layer])
                step = real_columns(step, widths[layer + 1])
                below = np.zeros(-(-n // 16) * 16, F)
                below[:n] = [dot(row, delta) for row in self.device[layer]]
                x = inputs[image] if layer == 0 else outputs[layer - 1][:n]
                self.precise[layer] = np.clip(self.precise[layer] - x[:, None] * step, F(-1), F(1))
                if layer > 0:
                    for row in range(n):
                        self.pulse_row(layer, row)
                else:
                    self.pulse_first_layer(np.flatnonzero(x))
                delta = below
        return right

    def pulse_first_layer(self, active):
        silent = [place for place in self.waiting if place[0] not in active]
        for place in silent:
            self.pulse(0, *place)
        self.waiting = [place for place in silent if self.outside(0, *place)]
        for row in active:
            self.waiting += self.pulse_row(0, int(row))


def after_pulse(changes, units, device, polarity, g, deviate):
    n_g, n_cells = changes.shape[2:]
    place = deviate * F(n_cells)
    cell = int(place)
    row = min(int(g * F(n_g - 1) + (place - F(cell))), n_g - 1)
    return np.clip(g + F(changes[device, polarity, row, cell]) * units[polarity], F(0), F(1))


def train_length(mean, longest, stream):
    extra = int(stream.uniform() < mean - np.floor(mean))
    return min(int(np.floor(mean)) + extra, longest)


def train_pair(state, widths, inputs, labels, order, circuit, firing, scale, changes, units, streams):
    """`state`: dict of lists weight, plus, minus, device, and gain, sign or None; changed in place."""
    kind, two_valued, floor, states = circuit
    opening, set_rate, reset_rate, longest = firing
    upstream, downstream, pulse, gains = streams
    right, pulses = 0, np.zeros((len(widths) - 1, 2), int)
    for image in order:
        outputs = run_forward(state["weight"], widths, inputs[image], kind, states, True)
        right += int(np.argmax(outputs[-1][: widths[-1]]) == labels[image])
        delta = padded_error(outputs[-1], widths[-1], labels[image])
        deltas = [None] * len(outputs)
        for layer in reversed(range(len(outputs))):
            slope = real_columns(derivative(kind, two_valued, floor, outputs[layer]), widths[layer + 1])
            deltas[layer] = limit_errors(states, delta * slope)
            n = widths[layer]
            delta = np.zeros(-(-n // 16) * 16, F)
            delta[:n] = [dot(row, deltas[layer]) for row in state["weight"][layer][:n]]
        for layer, error in enumerate(deltas):
            x = inputs[image] if layer == 0 else outputs[layer - 1]
            places = [i for i in range(widths[layer]) if layer > 0 or x[i] != 0]
            rows = [i for i in places if upstream.uniform() < opening * x[i]]
            if upstream.uniform() < opening:
                rows.append(widths[layer])
            trains = []
            for column in range(widths[layer + 1]):
                size = abs(error[column])
                if size > 0:
                    sets = train_length(set_rate * size, longest, downstream)
                    resets = train_length(reset_rate * size, longest, downstream) if reset_rate > 0 else 0
                    if sets + resets > 0:
                        trains.append((column, sets, resets))
            for row in rows:
                for column, sets, resets in trains:
                    up = error[column] < 0
                    if state["gain"] is not None and not gain_agrees(state, layer, row, column, up, gains):
                        continue
                    sides = [state["plus"][layer], state["minus"][layer]]
                    raised = 0 if up else 1
                    for side, polarity, count in ((raised, 0, sets), (1 - raised, 1, resets)):
                        device = state["device"][layer][side, row, column]
                        for _ in range(count):
                            g = sides[side][row, column]
                            sides[side][row, column] = after_pulse(changes, units, device, polarity, g, pulse.uniform())
                        pulses[layer, polarity] += count
                    state["weight"][layer][row, column] = scale * (sides[0][row, column] - sides[1][row, column])
    return right, pulses


def gain_agrees(state, layer, row, column, up, stream):
    gain, sign = state["gain"][layer], state["sign"][layer]
    now = 1 if up else -1
    if sign[row, column] == now:
        gain[row, column] = min(gain[row, column] + F(0.05), F(1))
    elif sign[row, column] != 0:
        gain[row, column] = max(gain[row, column] * F(0.95), F(0.01))
    sign[row, column] = now
    return stream.uniform() < gain[row, column]
