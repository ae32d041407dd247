"""Golden values for tests/cycles.rs: cycles by shooting with scipy's DOP853 at 1e-13.

Period and multiplier of the Brusselator's cycle (a = 1, b = 3), and the period doubling of Roessler's system
(b = 0.2, c = 5.7): a and T where a multiplier of the cycle is -1.
"""
import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, fsolve


def turn(f, j, x, T):
    n = len(x)

    def rhs(t, y):
        v = y[:n]
        m = y[n:].reshape(n, n)
        return np.concatenate([f(v), (j(v) @ m).ravel()])

    y0 = np.concatenate([x, np.eye(n).ravel()])
    s = solve_ivp(rhs, (0, T), y0, method="DOP853", rtol=1e-13, atol=1e-14)
    return s.y[:n, -1], s.y[n:, -1].reshape(n, n)


def close(f, j, x, T):
    for _ in range(30):
        end, m = turn(f, j, x, T)
        n = len(x)
        a = np.zeros((n + 1, n + 1))
        a[:n, :n] = m - np.eye(n)
        a[:n, n] = f(end)
        a[n, :n] = f(x)
        d = np.linalg.solve(a, np.concatenate([x - end, [0.0]]))
        x, T = x + d[:n], T + d[n]
        if np.linalg.norm(d) < 3e-12:
            break
    return x, T, turn(f, j, x, T)[1]


def brusselator(b):
    f = lambda v: np.array([1 - (b + 1) * v[0] + v[0] ** 2 * v[1], b * v[0] - v[0] ** 2 * v[1]])
    j = lambda v: np.array([[-(b + 1) + 2 * v[0] * v[1], v[0] ** 2], [b - 2 * v[0] * v[1], -(v[0] ** 2)]])
    return f, j


f, j = brusselator(3.0)
s = solve_ivp(lambda t, v: f(v), (0, 200), [1.0, 2.0], method="DOP853", rtol=1e-11, atol=1e-12, dense_output=True)
x = s.y[:, -1]
x, T, m = close(f, j, x, 7.15)
mu = np.linalg.eigvals(m)
print("brusselator b = 3: T = %.12f, multipliers" % T, mu, "by Liouville", np.linalg.det(m))


def roessler(a):
    f = lambda v: np.array([-v[1] - v[2], v[0] + a * v[1], 0.2 + v[2] * (v[0] - 5.7)])
    j = lambda v: np.array([[0, -1, -1], [1, a, 0], [v[2], 0, v[0] - 5.7]])
    return f, j


f, j = roessler(0.105)
s = solve_ivp(lambda t, v: f(v), (0, 900), [1.0, 1.0, 0.1], method="DOP853", rtol=1e-11, atol=1e-12)
start = close(f, j, s.y[:, -1], 6.06)
found = {}


def multiplier(a):
    f, j = roessler(a)
    x, T, m = close(f, j, start[0], start[1])
    found["T"] = T
    mu = np.linalg.eigvals(m)
    rest = np.delete(mu, np.argmin(abs(mu - 1)))
    return float(rest[np.argmax(abs(rest))].real)


a = brentq(lambda a: multiplier(a) + 1, 0.105, 0.115, xtol=1e-14, rtol=1e-14)
print("roessler: a = %.12f, T = %.12f" % (a, found["T"]))

# The Hopf point: the real part of the complex pair at the lower fixed point.
def leading(a):
    s = (5.7 - np.sqrt(5.7**2 - 0.8 * a)) / (2 * a)
    f, j = roessler(a)
    mu = np.linalg.eigvals(j(np.array([a * s, -s, s])))
    return float(mu[np.argmax(abs(mu.imag))].real)


print("roessler: Hopf at a = %.14f" % brentq(leading, 1e-4, 0.05, xtol=1e-15))
