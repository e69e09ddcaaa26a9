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
