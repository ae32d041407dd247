"""Golden values for tests/dynamics/continuation/cells.rs: bifurcations of small networks by Newton's method on extended systems.

1. Folds and flips of x' = tanh(W x + p b) of two units: det(F_x - 1) = 0, det(F_x + 1) = 0.
2. Neimark-Sacker points of x' = tanh(p W x + c) of two units: det F_x = 1, |trace| < 2.
3. Hopf points of tau dx/dt = -x + tanh(p W x + c) of three units: with the characteristic polynomial s^3 + a2 s^2 + a1 s + a0, a2 a1 = a0
   and a1 > 0; the frequency is sqrt(a1).

All solutions in a box are sought from a grid of starts; derivatives by complex steps.
"""

import itertools

import numpy as np


def newton(g, y):
    """The zero of g near y, or None."""
    m, h = len(y), 1e-30
    for _ in range(60):
        j = np.array([np.imag(g(y + 1j * h * np.eye(m)[k])) / h for k in range(m)]).T
        value = np.real(g(y.astype(complex)))
        if not np.isfinite(j).all() or abs(np.linalg.det(j)) < 1e-12:
            return None
        step = np.linalg.solve(j, value)
        y = y - step
        if not np.isfinite(y).all() or abs(y).max() > 50:
            return None
        if np.linalg.norm(step) < 1e-14 * (1 + np.linalg.norm(y)):
            return y
    return y if np.linalg.norm(value) < 1e-13 else None


def all_zeros(g, starts, keep):
    found = []
    for start in starts:
        y = newton(g, np.array(start, dtype=float))
        if y is not None and keep(y) and all(np.linalg.norm(y - z) > 1e-7 for z in found):
            found.append(y)
    return sorted(found, key=lambda y: (y[-1], y[0]))


def det2(a):
    return a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]


W = np.array([[2.2, 0.6], [-0.5, -1.9]])
b = np.array([1.0, -1.7])
grid = np.linspace(-0.95, 0.95, 9)


def planar(y):
    x, p = y[:2], y[2]
    z = np.tanh(W @ x + p * b)
    return z - x, (1 - z**2)[:, None] * W


for name, sign in [("fold", 1.0), ("flip", -1.0)]:
    def g(y, sign=sign):
        f, j = planar(y)
        return np.append(f, det2(j - sign * np.eye(2)))
    zeros = all_zeros(g, itertools.product(grid, grid, np.linspace(-1.5, 1.5, 9)), lambda y: abs(y[2]) <= 1.5)
    for y in zeros:
        print("%s: p = %.15f, x = (%.13f, %.13f)" % (name, y[2], *y[:2]))

V = np.array([[0.9, -0.8], [0.7, 1.0]])
c = np.array([0.15, -0.1])


def turning(y):
    x, p = y[:2], y[2]
    z = np.tanh(p * (V @ x) + c)
    j = (1 - z**2)[:, None] * (p * V)
    return np.append(z - x, det2(j) - 1)


def trace_small(y):
    z = np.tanh(y[2] * (V @ y[:2]) + c)
    return 0.2 <= y[2] <= 2 and abs(np.trace((1 - z**2)[:, None] * (y[2] * V))) < 2


for y in all_zeros(turning, itertools.product(grid, grid, np.linspace(0.2, 2, 9)), trace_small):
    z = np.tanh(y[2] * (V @ y[:2]) + c)
    angle = np.arccos(np.trace((1 - z**2)[:, None] * (y[2] * V)) / 2)
    print("neimark-sacker: p = %.15f, x = (%.13f, %.13f), angle = %.13f" % (y[2], *y[:2], angle))

U = np.array([[1.1, -1.6, 0.3], [1.4, 0.9, -0.7], [-0.2, 0.8, 0.5]])
d = np.array([0.2, -0.1, 0.3])
tau = np.array([1.0, 1.5, 0.8])


def field(y):
    x, p = y[:3], y[3]
    z = np.tanh(p * (U @ x) + d)
    j = ((1 - z**2)[:, None] * (p * U) - np.eye(3)) / tau[:, None]
    a2 = -(j[0, 0] + j[1, 1] + j[2, 2])
    minor = lambda i, k: j[i, i] * j[k, k] - j[i, k] * j[k, i]
    a1 = minor(0, 1) + minor(0, 2) + minor(1, 2)
    a0 = -(j[0, 0] * minor(1, 2) - j[0, 1] * (j[1, 0] * j[2, 2] - j[1, 2] * j[2, 0]) + j[0, 2] * (j[1, 0] * j[2, 1] - j[1, 1] * j[2, 0]))
    return (z - x) / tau, a2, a1, a0


def hopf(y):
    f, a2, a1, a0 = field(y)
    return np.append(f, a2 * a1 - a0)


small = np.linspace(-0.9, 0.9, 5)
for y in all_zeros(hopf, itertools.product(small, small, small, np.linspace(0.2, 2, 7)), lambda y: 0.2 <= y[3] <= 2 and field(y)[2] > 0):
    print("hopf: p = %.15f, x = (%.13f, %.13f, %.13f), w = %.13f" % (y[3], *y[:3], np.sqrt(field(y)[2])))
