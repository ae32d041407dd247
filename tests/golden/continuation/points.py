"""Golden values for tests/golden_points.rs, by numpy and scipy with exact derivatives.

1. The fold of Bratu's problem u'' + p e^u = 0, u(0) = u(1) = 0, on 31 inner points.
2. Hopf points of dx/dt = -x + W tanh(x) + p b with w_ij = 1.6 sin(2.1 i - 1.4 j + 0.8 i j), b_i = cos(0.9 i), i, j = 1..8, on the branch
   that is stable at p = 4, and their first Lyapunov coefficients with the derivatives of tanh written out.
"""
import numpy as np
from scipy.optimize import brentq, fsolve

n = 31
h = 1 / (n + 1)
L = (np.diag(-2 * np.ones(n)) + np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)) / h**2


def extended(y):
    u, v, p = y[:n], y[n : 2 * n], y[-1]
    e = np.exp(u)
    return np.concatenate([L @ u + p * e, L @ v + p * e * v, [v @ v - 1]])


s = np.sin(np.pi * h * np.arange(1, n + 1))
y = fsolve(extended, np.concatenate([1.2 * s, s / np.linalg.norm(s), [3.5]]))
for _ in range(3):  # Newton with the exact derivative: to rounding
    u, v, p = y[:n], y[n : 2 * n], y[-1]
    e = np.exp(u)
    J = np.zeros((2 * n + 1, 2 * n + 1))
    J[:n, :n] = L + np.diag(p * e)
    J[:n, -1] = e
    J[n : 2 * n, :n] = np.diag(p * e * v)
    J[n : 2 * n, n : 2 * n] = L + np.diag(p * e)
    J[n : 2 * n, -1] = e * v
    J[-1, n : 2 * n] = 2 * v
    y = y - np.linalg.solve(J, extended(y))
print("bratu: fold at p = %.13f, largest u %.12f, residual %.1e" % (y[-1], max(y[:n]), abs(extended(y)).max()))

m = 8
i, j = np.meshgrid(np.arange(1, m + 1), np.arange(1, m + 1), indexing="ij")
W = 1.6 * np.sin(2.1 * i - 1.4 * j + 0.8 * i * j)
b = np.cos(0.9 * np.arange(1, m + 1))


def solve(x, p):
    for _ in range(60):
        d = np.linalg.solve(-np.eye(m) + W * (1 - np.tanh(x) ** 2), -x + W @ np.tanh(x) + p * b)
        x = x - d
        if np.linalg.norm(d) < 1e-14:
            break
    return x


def jac(x):
    return -np.eye(m) + W * (1 - np.tanh(x) ** 2)


def lyapunov(x):
    A = jac(x)
    mu, V = np.linalg.eig(A)
    k = np.argmin(abs(mu.real) + (mu.imag <= 0) * 1e3)
    w, q = mu[k].imag, V[:, k] / np.linalg.norm(V[:, k])
    nu, U = np.linalg.eig(A.T)
    p = U[:, np.argmin(abs(nu + 1j * w))]
    p = p / np.conj(np.vdot(p, q))  # <p, q> = 1
    t = np.tanh(x)
    d2, d3 = -2 * t * (1 - t**2), (1 - t**2) * (6 * t**2 - 2)
    B = lambda u, v: W @ (d2 * u * v)
    C = lambda u, v, z: W @ (d3 * u * v * z)
    qb = q.conj()
    r = C(q, q, qb) - 2 * B(q, np.linalg.solve(A, B(q, qb))) + B(qb, np.linalg.solve(2j * w * np.eye(m) - A, B(q, q)))
    return w, (np.vdot(p, r)).real / (2 * w)


x = 4 * b
for _ in range(4000):
    x = x + 0.05 * (-x + W @ np.tanh(x) + 4 * b)
x = solve(x, 4.0)
p, dp = 4.0, 1e-3
lead = lambda x: sorted(np.linalg.eigvals(jac(x)), key=lambda z: -z.real)
print("at p = 4:", lead(x)[:2])
count = lambda x: sum(z.real > 0 for z in np.linalg.eigvals(jac(x)))
while p > 0:
    new = solve(x, p - dp)
    if np.linalg.norm(new - x) > 0.2:
        print("fold near p = %.4f (the branch turns)" % p)
        break
    if count(new) != count(x):
        k = min(count(new), count(x))
        f = lambda q: lead(solve(x, q))[k].real
        c = brentq(f, p - dp, p, xtol=1e-15)
        w, l1 = lyapunov(solve(x, c))
        print("hopf: p = %.13f, w = %.12f, l1 = %.12f, unstable %d -> %d" % (c, w, l1, count(x), count(new)))
    x, p = new, p - dp
