"""Networks that PyTorch makes on the spot, analysed by nullcline and checked against PyTorch.

Needs torch, numpy and safetensors; pyarrow is used where it is installed.

    python tests/peers/check_networks.py target/release/nullcline [formats|points|driven|lyapunov|errors ...]

Without a part, all run (some three minutes). Files go to a temporary folder. Exit status 1 if a check fails.
Independent of the Rust code: states and Jacobians come from torch (float64 copies of the weights), fixed points
from a Levenberg-Marquardt search of its own, exponents from a plain QR iteration in numpy.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
BINARY = Path(sys.argv[1]).resolve()
WORK = Path(tempfile.mkdtemp(prefix="nullcline-peer-"))
FAILURES = []


def check(what, good, detail=""):
    if not good:
        FAILURES.append(what)
    print(f"{'ok  ' if good else 'FAIL'} {what} {detail}", flush=True)


def run(file, *arguments, status=0):
    out = WORK / (Path(file).name + ".report")
    command = [str(BINARY), "analyze", str(file), "--out", str(out), "--threads", "1", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != status:
        raise RuntimeError(f"{' '.join(command)}: status {done.returncode}\n{done.stderr}")
    if status:
        return done.stderr
    return json.loads((out / "summary.json").read_text())["modules"], out


# --- networks -------------------------------------------------------------------------------------


class Net:
    """A torch module in float64 with the rounded weights, as a map F(x, u) on rows of states."""

    def __init__(self, module, dtype=torch.float64):
        module = module.to(dtype)
        self.tensors = {k: v.detach().clone() for k, v in module.state_dict().items()}
        self.module = module.double()
        self.lstm = isinstance(module, (torch.nn.LSTM, torch.nn.LSTMCell))
        self.cell = isinstance(module, torch.nn.RNNCellBase)
        self.layers = 1 if self.cell else module.num_layers
        self.h, self.d = module.hidden_size, module.input_size
        self.n = self.h * self.layers * (2 if self.lstm else 1)

    def __call__(self, x, u):
        h = self.h
        if self.lstm:
            parts = x.reshape(len(x), self.layers, 2, h)
            state = (parts[:, :, 0], parts[:, :, 1])
        else:
            state = (x.reshape(len(x), self.layers, h),)
        if self.cell:
            one = tuple(s[:, 0] for s in state)
            out = self.module(u, one if self.lstm else one[0])
            return torch.cat(out, 1) if self.lstm else out
        state = tuple(s.transpose(0, 1).contiguous() for s in state)
        u = u[:, None] if self.module.batch_first else u[None]
        _, last = self.module(u, state if self.lstm else state[0])
        last = last if self.lstm else (last,)
        return torch.stack([s.transpose(0, 1) for s in last], 2).reshape(len(x), -1)

    def jacobians(self, x, u):
        """d F / d x at each row: rows x n x n."""
        x = x.clone().requires_grad_(True)
        y = self(x, u)
        rows = [torch.autograd.grad(y[:, i].sum(), x, retain_graph=True)[0] for i in range(self.n)]
        return torch.stack(rows, 1)

    def orbit(self, x, u):
        """States after each input of u, t x b x d, from rows x."""
        states = [x]
        with torch.no_grad():
            for row in u:
                states.append(self(states[-1], row))
        return torch.stack(states)


def make(kind, h, d, seed, scale=1.0, **options):
    """A module with recurrent weights scaled as scale / sqrt(h), inputs and biases of order one."""
    torch.manual_seed(seed)
    module = getattr(torch.nn, kind)(d, h, **options)
    for name, p in module.named_parameters():
        deviation = {"weight_hh": scale / h**0.5, "weight_ih": 1 / max(d, 1) ** 0.5}.get(name[:9], 0.3)
        with torch.no_grad():
            p.normal_(0, deviation)
    return module


def save(net, name, form, prefix="", read_out=None, wrap=False):
    tensors = {prefix + k: v for k, v in net.tensors.items()}
    if read_out:
        some = next(iter(net.tensors.values()))
        layer = torch.nn.Linear(net.h, 2).to(some.dtype)
        tensors |= {f"{read_out}.{k}": v.detach() for k, v in layer.state_dict().items()}
    path = WORK / f"{name}.{form}"
    if form == "npz":
        np.savez(path, **{k: v.numpy() for k, v in tensors.items()})
    elif form == "safetensors":
        save_file({k: v.contiguous() for k, v in tensors.items()}, path)
    else:
        torch.save({"epoch": 3, "model": tensors, "opt": {"lr": 1e-3}} if wrap else tensors, path)
    return path


def table(values, name, form):
    path = WORK / f"{name}.{form}"
    if form == "npy":
        np.save(path, values)
    elif form == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({f"c{j}": values[:, j] for j in range(values.shape[1])}), path)
    else:
        with open(path, "w", newline="") as f:
            writer = csv.writer(f)
            writer.writerow([f"c{j}" for j in range(values.shape[1])])
            writer.writerows([[repr(float(v)) for v in row] for row in values])
    return path


def states_of(out, n):
    data = np.genfromtxt(out / "trajectories" / "states.csv", delimiter=",", skip_header=1)
    return data[:, 0].astype(int), data[:, 2 : 2 + n], data[:, 2 + n :]


# --- states under inputs --------------------------------------------------------------------------


def formats():
    try:
        import pyarrow  # noqa: F401

        forms = ["csv", "npy", "parquet"]
    except ImportError:
        forms = ["csv", "npy"]
    f16, bf16, f32, f64 = torch.float16, torch.bfloat16, torch.float32, torch.float64
    cases = [
        ("RNN", dict(nonlinearity="tanh"), f32, "pt", "", None, False, []),
        ("RNN", dict(nonlinearity="relu"), f32, "pth", "module.", "fc", False, ["--activation", "relu"]),
        ("RNN", dict(num_layers=2), f64, "npz", "rnn.", "linear", False, []),
        ("RNN", dict(num_layers=3, bias=False), f32, "safetensors", "a.b.c.", "decoder", False, []),
        ("RNN", dict(batch_first=True), bf16, "pt", "model.encoder.rnn.", "model.fc", True, []),
        ("RNN", dict(bias=False), f16, "npz", "net.rnn.", None, False, []),
        ("GRU", dict(), f32, "pt", "module.rnn.", "module.fc", False, []),
        ("GRU", dict(num_layers=2), f16, "safetensors", "gru.", "linear", False, []),
        ("GRU", dict(num_layers=3, batch_first=True), bf16, "pth", "", "decoder", True, []),
        ("GRU", dict(bias=False), f64, "npz", "x.", None, False, []),
        ("LSTM", dict(), f32, "safetensors", "lstm.", "fc", False, []),
        ("LSTM", dict(num_layers=2), f32, "pt", "module.lstm.", "module.fc", True, []),
        ("LSTM", dict(num_layers=3, bias=False), f64, "npz", "", "decoder", False, []),
        ("LSTM", dict(batch_first=True), bf16, "safetensors", "deep.er.", None, False, []),
        ("RNNCell", dict(), f32, "pt", "cell.", "fc", False, []),
        ("RNNCell", dict(nonlinearity="relu", bias=False), f32, "npz", "", None, False, ["--activation", "relu"]),
        ("GRUCell", dict(), bf16, "pt", "", "decoder", True, []),
        ("LSTMCell", dict(), f64, "safetensors", "core.", "linear", False, []),
    ]
    worst = 0.0
    for k, (kind, options, dtype, form, prefix, read_out, wrap, extra) in enumerate(cases):
        for d in (3, 1):
            net = Net(make(kind, 5 + k % 3, d, 100 + k, 0.8, **options), dtype)
            name = f"{kind}-{k}-{d}"
            path = save(net, name, form, prefix, read_out, wrap)
            rng = np.random.default_rng(k)
            u, x = rng.normal(size=(40, d)), rng.uniform(-0.9, 0.9, size=(3, net.n))
            inputs, initial = table(u, name + "-u", forms[k % len(forms)]), table(x, name + "-x", forms[(k + 1) % len(forms)])
            arguments = ["--inputs", inputs, "--initial", initial, "--modules", "trajectories", *extra]
            _, out = run(path, *arguments)
            label, states, outputs = states_of(out, net.n)
            driven = torch.tensor(u)[:, None].expand(-1, 3, -1)
            expected = net.orbit(torch.tensor(x), driven).transpose(0, 1).reshape(-1, net.n).numpy()
            error = np.abs(states - expected).max() / max(1.0, np.abs(expected).max())
            worst = max(worst, error)
            check(f"states {name} {dtype} {form}", error < 1e-9 and list(label[::41]) == [0, 1, 2], f"{error:.1e}")
            check(f"read-out {name}", (outputs.shape[1] if outputs.size else 0) == (2 if read_out else 0))
    print(f"largest relative difference of states {worst:.1e}")


def errors():
    one, two = Net(make("GRU", 4, 2, 1)), Net(make("RNN", 6, 2, 2))
    tensors = {"a.rnn." + k: v for k, v in one.tensors.items()} | {"b." + k: v for k, v in two.tensors.items()}
    path = WORK / "two.pt"
    torch.save(tensors, path)
    message = run(path, status=3)
    check("two networks: the error lists the prefixes", "a.rnn" in message and "`b`" in message, message.strip())
    for prefix, n in (("a.rnn", 4), ("b", 6), ("b.", 6)):
        modules, _ = run(path, "--prefix", prefix, "--modules", "recurrent")
        count = len(modules["recurrent"]["singular_values"])
        check(f"--prefix {prefix}", count == n, f"{count} units")
    both = Net(torch.nn.LSTM(2, 4, bidirectional=True))
    message = run(save(both, "bidirectional", "pt"), status=3)
    check("bidirectional", "bidirectional" in message)
    projected = torch.nn.LSTM(2, 4, proj_size=2)
    torch.save(projected.state_dict(), WORK / "projected.pt")
    check("proj_size", "proj_size" in run(WORK / "projected.pt", status=3))
    # A pickled module is read for its tensors; nothing in it runs.
    torch.save(make("GRU", 4, 2, 1), WORK / "whole.pt")
    modules, _ = run(WORK / "whole.pt", "--modules", "recurrent")
    check("a pickled module", len(modules["recurrent"]["singular_values"]) == 4)


# --- fixed points ---------------------------------------------------------------------------------


def search(net, u, starts, seed, bound):
    """Zeros of F(x) - x by Levenberg-Marquardt on a batch of starts, without duplicates."""
    rng = torch.Generator().manual_seed(seed)
    x = torch.rand(starts, net.n, generator=rng) * 2 - 1
    with torch.no_grad():
        for k in range(60):
            moved = net(x, u.expand(starts, -1))
            keep = torch.arange(starts) % 3 == 0  # a third of the starts stays where it is
            x = torch.where(keep[:, None], x, moved)
        x = x + 0.3 * x.std(0) * torch.randn(x.shape, generator=rng)
    eye, damping = torch.eye(net.n), torch.full((starts, 1, 1), 1e-2)
    with torch.no_grad():
        g = net(x, u.expand(starts, -1)) - x
    for _ in range(150):
        j = net.jacobians(x, u.expand(starts, -1)) - eye
        jt = j.transpose(1, 2)
        step = torch.linalg.solve(jt @ j + damping * eye, -(jt @ g[:, :, None]))[:, :, 0]
        with torch.no_grad():
            trial = net(x + step, u.expand(starts, -1)) - (x + step)
        better = trial.norm(dim=1) < g.norm(dim=1)
        x, g = torch.where(better[:, None], x + step, x), torch.where(better[:, None], trial, g)
        damping = torch.where(better[:, None, None], damping / 5, damping * 4).clamp(1e-18, 1e6)
    found = []
    j = net.jacobians(x, u.expand(starts, -1)) - eye
    step = torch.linalg.lstsq(j, -g[:, :, None]).solution[:, :, 0]
    good = (g.abs().amax(1) < 1e-12) & (step.norm(dim=1) < 1e-9) & (x.abs().amax(1) <= bound)
    for p in x[good]:
        if all((p - q).norm() > 1e-5 * (1 + q.norm()) for q in found):
            found.append(p)
    return found


def points():
    cases = [
        ("RNN", 12, 1.4, dict(), []),
        ("RNN", 20, 1.3, dict(), []),
        ("RNN", 10, 1.5, dict(bias=False), []),
        ("RNN", 8, 1.5, dict(num_layers=2), []),
        ("RNN", 12, 1.2, dict(nonlinearity="relu"), ["--activation", "relu"]),
        ("GRU", 12, 2.5, dict(), []),
        ("GRU", 10, 4.0, dict(), []),
        ("GRU", 6, 3.0, dict(num_layers=2), []),
        ("LSTM", 8, 2.5, dict(), []),
        ("LSTM", 5, 3.0, dict(num_layers=2), []),
        ("GRUCell", 9, 3.5, dict(bias=False), []),
        ("LSTMCell", 10, 3.0, dict(), []),
    ]
    totals = [0, 0, 0]
    for k, (kind, h, g, options, extra) in enumerate(cases):
        for seed in (0, 1):
            net = Net(make(kind, h, 2, 10 * k + seed, g, **options), torch.float32)
            name = f"points-{kind}-{k}-{seed}"
            path = save(net, name, "pt")
            value = [0.0, 0.0] if seed == 0 else [0.4, -0.7]
            u = torch.tensor([value])
            modules, _ = run(path, "--modules", "fixed_points", "--input", ",".join(map(str, value)), *extra)
            report = modules["fixed_points"]
            ours = [p for p in report["points"] if p["label"] == "fixed"]
            wrong = 0
            for p in ours:
                x = torch.tensor([p["state"]])
                residual = (net(x, u) - x).abs().max().item()
                values = np.linalg.eigvals(net.jacobians(x, u)[0].numpy())
                modulus = np.abs(values)
                unstable = int((modulus > 1).sum())
                scale = max(1.0, modulus.max())
                if residual > 1e-10 * max(1.0, x.abs().max().item()) or abs(modulus.max() - p["max_modulus"]) > 1e-7 * scale or unstable != p["unstable"]:
                    wrong += 1
                    print("   wrong", residual, modulus.max(), p["max_modulus"], unstable, p["unstable"])
            theirs = search(net, u, 1200, seed, 1e3 if "relu" in extra else 60.0 if net.lstm else 1.0 + 1e-9)
            mine = [torch.tensor(p["state"]) for p in ours]
            apart = lambda p, many: all((p - q).norm() > 1e-5 * (1 + q.norm()) for q in many)
            missing = [p for p in theirs if apart(p, mine)]
            only = [p for p in mine if apart(p, theirs)]
            totals = [a + b for a, b in zip(totals, (len(mine), len(missing), len(only)))]
            detail = f"{len(mine)} ours, {len(theirs)} theirs, {len(missing)} missing, {len(only)} only ours, expected missed {report['expected_missed']:.2f}, slow {len(report['points']) - len(ours)}"
            excused = len(missing) <= report["expected_missed"] + 2 * report["expected_missed"] ** 0.5
            check(f"{name} g {g}", wrong == 0 and excused, detail)
    print(f"fixed points: {totals[0]} found, {totals[1]} missed, {totals[2]} that only nullcline found")


# --- exponents ------------------------------------------------------------------------------------


def exponents(net, x, inputs, discard):
    """QR along orbits from rows x under inputs t x b x d: exponents of each row, b x n."""
    states = net.orbit(x, inputs)
    steps, b = inputs.shape[:2]
    total = np.zeros((b, net.n))
    q = np.tile(np.linalg.qr(np.random.default_rng(0).normal(size=(net.n, net.n)))[0], (b, 1, 1))
    chunk = max(1, 4000 // b)
    for first in range(0, steps, chunk):
        last = min(first + chunk, steps)
        at, drive = states[first:last].reshape(-1, net.n), inputs[first:last].reshape(-1, net.d)
        jacobians = net.jacobians(at, drive).detach().numpy().reshape(last - first, b, net.n, net.n)
        for t, j in enumerate(jacobians, first):
            q, r = np.linalg.qr(j @ q)
            if t >= discard:
                with np.errstate(divide="ignore"):
                    total += np.log(np.abs(np.diagonal(r, axis1=1, axis2=2)))
    return -np.sort(-total / (steps - discard), axis=1)


# Gains at which random initial states share one chaotic attractor; two layers at g = 1.8 settle on a cycle.
CHAOTIC = [
    ("RNN", 10, 1.8, dict(num_layers=2, bias=False)),
    ("RNN", 24, 2.5, dict(bias=False)),
    ("RNN", 40, 2.2, dict(bias=False)),
    ("RNN", 16, 2.5, dict(num_layers=2, bias=False)),
    ("RNN", 32, 3.0, dict()),
    ("GRU", 24, 8.0, dict(bias=False)),
    ("LSTM", 16, 9.0, dict(bias=False)),
]


def z_scores(name, a, ea, b, eb):
    keep = np.isfinite(a) & np.isfinite(b) & (b > -8)
    # What rounding leaves of an exponent that is exact.
    z = (a - b)[keep] / np.maximum(np.hypot(ea, eb)[keep], 1e-8)
    detail = f"first {a[0]:.4f} +- {ea[0]:.4f} / {b[0]:.4f} +- {eb[0]:.4f}, z sd {z.std():.2f} worst {np.abs(z).max():.2f}"
    check(name, np.abs(z).max() < 4, detail)
    return z


def lyapunov():
    everything = []
    for k, (kind, h, g, options) in enumerate(CHAOTIC):
        net = Net(make(kind, h, 1, 40 + k, g, **options))
        path = save(net, f"chaos-{kind}-{k}", "pt")
        modules, _ = run(path, "--modules", "lyapunov", "--tol", "1e-9", "--steps", 6000)
        main = modules["lyapunov"]["attractors"][0]
        to = lambda v: np.array([np.nan if e is None else e for e in v], dtype=float)
        ours, error = to(main["exponents"]), to(main["std_error"])
        print(f"     {path.stem}: {len(modules['lyapunov']['attractors'])} attractors, first is {main['kind']}")
        b = 16
        x = torch.tensor(main["final_state"]).expand(b, -1) + 1e-4 * torch.randn(b, net.n)
        each = exponents(net, x, torch.zeros(3500, b, 1), 1000)
        spread = each.std(0, ddof=1) / b**0.5
        if main["kind"] != "moving":
            check(f"exponents of {path.stem} ({main['kind']})", np.nanmax(np.abs(ours - each.mean(0))[ours > -8]) < 5e-3)
            continue
        if len(modules["lyapunov"]["attractors"]) > 1:
            # Tori and chaos side by side: a short run groups its trajectories as it may, and seeds differ by it.
            print(f"     {path.stem}: several attractors, errors not judged")
            continue
        everything.extend(z_scores(f"exponents of {path.stem}", ours, error, each.mean(0), spread))
        # Are the standard errors honest? Ten seeds are ten independent sets of initial states.
        runs = [run(path, "--modules", "lyapunov", "--steps", 1500, "--tol", "1e-9", "--seed", s)[0] for s in range(1, 11)]
        same = [r["lyapunov"]["attractors"][0] for r in runs if r["lyapunov"]["attractors"][0]["kind"] == "moving"]
        values, errors = (np.array([to(a[key]) for a in same]) for key in ("exponents", "std_error"))
        keep = np.isfinite(values).all(0) & (values > -8).all(0)
        middle = np.median(values, 0)
        near = np.abs(values[:, 0] - middle[0]) < 0.5 * abs(middle[0]) + 0.02
        z = ((values - values[near].mean(0)) / errors)[near][:, keep]
        sd = np.sqrt((z**2).sum() / (z.shape[1] * max(1, near.sum() - 1)))
        check(f"errors over seeds of {path.stem}", 0.5 < sd < 1.5, f"{near.sum()} of 10 runs on one attractor, sd of z {sd:.2f}, of the first {z[:, 0].std(ddof=1):.2f}, worst {np.abs(z).max():.2f}")
    everything = np.array(everything)
    print(f"autonomous: {len(everything)} exponents, sd of z {everything.std():.2f}, worst {np.abs(everything).max():.2f}")


def driven():
    cases = [
        ("RNN", 16, 1.2, dict(), []),
        ("RNN", 10, 1.8, dict(num_layers=2), []),
        ("GRU", 12, 1.5, dict(), []),
        ("LSTM", 8, 2.0, dict(), []),
        ("RNN", 12, 0.9, dict(nonlinearity="relu"), ["--activation", "relu"]),
    ]
    everything = []
    for k, (kind, h, g, options, extra) in enumerate(cases):
        net = Net(make(kind, h, 2, 70 + k, g, **options))
        path = save(net, f"driven-{kind}-{k}", "pt")
        to = lambda v: np.array([np.nan if e is None else e for e in v], dtype=float)
        values, errors = [], []
        inputs = [np.random.default_rng(100 + s).normal(size=(3000, 2)) for s in range(10)]
        for s, u in enumerate(inputs):
            modules, _ = run(path, "--modules", "lyapunov", "--inputs", table(u, f"{path.stem}-{s}", "npy"), *extra)
            values.append(to(modules["lyapunov"]["exponents"]))
            errors.append(to(modules["lyapunov"]["std_error"]))
        values, errors = np.array(values), np.array(errors)
        u = torch.tensor(np.stack(inputs, 1))
        each = exponents(net, torch.zeros(10, net.n), u, 300)
        keep = (each > -8).all(0) & np.isfinite(each).all(0) & np.isfinite(values).all(0)
        # The same inputs: what differs is the state's and the tangents' start.
        same = ((values - each) / errors)[:, keep]
        z = ((values - values.mean(0)) / errors)[:, keep]
        sd = np.sqrt((z**2).sum() / (z.shape[1] * 9))
        everything.append(sd)
        check(f"driven {path.stem}", np.abs(same).max() < 1.0 and 0.5 < sd < 1.7, f"first {values[0, 0]:.4f} +- {errors[0, 0]:.4f} / {each[0, 0]:.4f}; same inputs |z| at most {np.abs(same).max():.2f}; sd of z over inputs {sd:.2f}")
    print("driven: sd of z over inputs", np.round(everything, 2))


PARTS = {"formats": formats, "errors": errors, "points": points, "driven": driven, "lyapunov": lyapunov}

if __name__ == "__main__":
    for part in sys.argv[2:] or PARTS:
        print(f"== {part}")
        PARTS[part]()
    print(f"{len(FAILURES)} failed" + "".join(f"\n  {f}" for f in FAILURES))
    sys.exit(bool(FAILURES))
