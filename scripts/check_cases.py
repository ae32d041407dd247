#!/usr/bin/env python3
"""Situations from public reports, each with its right answer: prints case, expected, found.

    scripts/check_cases.py CASES [PROGRAM]

CASES is the folder of cases (one folder each: inputs, cmd.txt, result.txt), PROGRAM the command
[target/release/nullcline]. Ends with status 1 if an answer is wrong.
"""

import json
import math
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path


class Ran:
    """A command that ran: exit status, text, and the summary if it left one."""

    def __init__(self, command, program, folder, out):
        words = [program if w == "nullcline" else str(out) if w == "OUT" else w for w in shlex.split(command)]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300)
        self.status, self.text = done.returncode, done.stdout + done.stderr
        path = out / "summary.json"
        self.summary = json.loads(path.read_text()) if path.exists() else {}
        self.folder = out

    def at(self, *keys):
        value = self.summary.get("modules", {})
        for k in keys:
            try:
                value = value[k]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def says(self, *words):
        return all(re.search(w, self.text, re.I) for w in words)


def near(x, y, tolerance):
    return isinstance(x, (int, float)) and math.isfinite(x) and abs(x - y) <= tolerance


def exponents(*values, tolerance=1e-3):
    def check(r):
        found = (r.at("lyapunov", "exponents") or [])[: len(values)]
        errors = (r.at("lyapunov", "std_error") or [])[: len(values)]
        far = [not near(x, y, tolerance + 3 * (e or 0)) for x, y, e in zip(found, values, errors)]
        return len(found) == len(values) and not any(far), f"exponents {found} +- {errors}"
    return check


def table(units, rows, ratio=None):
    def check(r):
        found = (r.at("activity", "units"), r.at("activity", "rows"), r.at("pca", "participation_ratio"))
        good = found[0] == units and found[1] == rows and (ratio is None or near(found[2], ratio, 5e-4))
        return good, f"exit {r.status}; units, rows, participation ratio {found}"
    return check


def warned(units, rows, ratio, *words):
    """The table, or a warning or refusal in these words."""
    def check(r):
        good, found = table(units, rows, ratio)(r)
        return good or r.says(*words), found + f"; says {words}: {r.says(*words)}"
    return check


def refused(*words, status=3):
    def check(r):
        last = r.text.strip().splitlines()[-1:] or [""]
        return r.status == status and r.says(*words), f"exit {r.status}: {last[0][:160]}"
    return check


def says(*words, status=0):
    def check(r):
        return r.status == status and r.says(*words), f"exit {r.status}: {' / '.join(r.text.split(chr(10))[-4:])[:200]}"
    return check


def either(*checks):
    def check(r):
        done = [c(r) for c in checks]
        return any(d[0] for d in done), " | ".join(dict.fromkeys(d[1] for d in done))
    return check


def both(*checks):
    def check(r):
        done = [c(r) for c in checks]
        return all(d[0] for d in done), " | ".join(d[1] for d in done)
    return check


def lacks(*words):
    def check(r):
        return not any(re.search(w, r.text, re.I) for w in words), f"does not say {words}"
    return check


def attractors(count):
    def check(r):
        found = r.at("lyapunov", "attractors") or []
        return len(found) == count, f"{len(found)} attractors"
    return check


def singular(index, value):
    """The largest singular value of one of the recurrent matrices, as of a gate."""
    def check(r):
        values = [m["singular_values"][0] for m in r.at("recurrent", "matrices") or []]
        return index < len(values) and near(values[index], value, 2e-3), f"largest singular values {values}"
    return check


def eigenvalue(value):
    def check(r):
        found = r.at("recurrent", "spectral_radius")
        return near(found, value, 2e-3), f"spectral radius {found}"
    return either(check, refused("parametri[sz]ation|weight_norm|spectral_norm"))


def matrix(*expected):
    def check(r):
        found = r.at("distillation", "a")
        flat = [v for row in found or [] for v in (row if isinstance(row, list) else [row])]
        good = len(flat) == len(expected) and all(near(x, y, 1e-6) for x, y in zip(flat, expected))
        return good, f"exit {r.status}; A = {flat}"
    return check


def point_at(*state, label="fixed"):
    def check(r):
        points = [p for p in r.at("fixed_points", "points") or [] if p["label"] == label]
        found = [p["state"] for p in points]
        good = any(all(near(x, y, 1e-3) for x, y in zip(s, state)) for s in found)
        return good, f"{label} points at {[[round(v, 4) for v in s] for s in found[:4]]}"
    return check


def unstable(r):
    points = r.at("fixed_points", "points") or []
    return any(p.get("unstable", 0) or p.get("stability") == "unstable" for p in points) or r.says("unstable"), \
        f"{[(p.get('stability'), p.get('unstable')) for p in points]}"


def period(value):
    def check(r):
        return f"{value:.3f}" in r.text, f"says period {value:.3f}: {f'{value:.3f}' in r.text}"
    return check


def dropped(r):
    good = r.at("activity", "rows") == 59
    named = r.says("u1", r"row \d+|line \d+")
    return good or (r.status == 3 and named), f"exit {r.status}; rows {r.at('activity', 'rows')}"


def best_at_the_weakest(r):
    words = r.says("least|weakest|smallest|strongest couplings|lower end") and not r.says("best without couplings")
    return words, " / ".join(l for l in r.text.splitlines() if "best" in l)[:200]


def gap(r):
    text = json.dumps(r.at("gaussian") or {})
    gaps = [float(g) for g in re.findall(r'"(?:duality_)?gap": (-?[\d.e+-]+)', text)]
    return r.status == 0 and all(g >= 0 for g in gaps), f"exit {r.status}; gaps {gaps[:3]}"


PR = table(3, 60, 1.3702)
MARKED = dropped
CHECKS = {
    "D01_linear_flow": [exponents(-1, -1)],
    "D02_cycle_zero": [both(exponents(0, -0.743511, tolerance=2e-3), period(6.8376))],
    "D03_fewer_exponents": [exponents(-0.10536, -0.69315)],
    "D04_ghost": [either(exponents(-2.9466), says("unsettled|not settled|drift"))],
    "D05_slow_gru": [both(attractors(2), exponents(-1.6769e-4, -2.7960e-4, tolerance=1e-7))],
    "D08_critical_point": [both(attractors(1), exponents(0, tolerance=1e-3), point_at(0))],
    "D09_relu_kink": [exponents(-0.117861)],
    "D12_kink_stability": [unstable],
    "D13_slow_point_1d": [both(point_at(-0.7071, label="slow"), says("1 stable"))],
    "D14_line_attractor": [both(exponents(0), says("continuum"))],
    "D15_coexisting": [both(attractors(2), exponents(0, tolerance=1e-3), says("3 fixed points"))],
    "D16_transient_chaos": [exponents(0, tolerance=2e-3)],
    "D17_divergence": [says("diverged")],
    "N01_npy_header_spaces": [PR],
    "N02_structured": [either(PR, refused("structured_to_unstructured"))],
    "N03_ragged_objects": [refused("concatenate")],
    "N04_order_version": [PR, PR],
    "N05_pynapple_npz": [PR],
    "P01_weight_norm_old": [eigenvalue(0.5483)],
    "P03_spectral_norm": [eigenvalue(0.9164)],
    "P05_weight_drop": [either(singular(0, 0.7849), refused("weight_hh_l0_raw"))],
    "P06_relu_module": [exponents(-0.7620)],
    "P07_equinox_gru": [either(says("does not come to rest|a cycle of period"), refused("bias"))],
    "P09_seq2seq_prefix": [both(says("GRU"), lacks(r"read-out: decoder"))],
    "P11_embedding_readout": [both(says("GRU"), lacks(r"read-out: embedding"))],
    "P12_keras_simplernn": [both(exponents(-0.4547), point_at(-0.935, 0.4579, -0.0827, -0.6348))],
    "P14_keras_flax_gates": [says("LSTM, 4 units"), says("GRU, 4 units"), says("GRU|LSTM", "units")],
    "P15_lightning_objects": [
        either(says("reads it as a network"), refused("argparse.Namespace")),
        either(says("reads it as a network"), refused("PosixPath")),
        either(says("reads it as a network"), refused("Counter")),
    ],
    "P16_legacy": [either(says("reads it as a network"), refused("before 1.6"))],
    "P17_tar": [either(says("reads it as a network"), refused("tar"))],
    "P18_quantised": [either(says("quanti[sz]ed"), refused("quanti[sz]ed"))],
    "P19_numpy_in_pt": [either(says("units"), refused("numpy"))],
    "P20_views": [both(singular(0, 3.21486), singular(1, 2.96608))],
    "P21_float8": [either(says("float8"), says("f8e4m3", "f8e5m2", "reads it as a network"))],
    "P22_lfs_pointer": [refused("LFS")],
    "P23_mat73": [refused("MATLAB")],
    "P24_renamed": [says("reads it as a network")],
    "P25_leaky_ctrnn": [exponents(-0.700290)],
    "P26_psychrnn": [says("current network", "5 units", "2 inputs")],
    "P27_low_rank": [says("20 units")],
    "S01_ill_conditioned": [says("Couplings")],
    "S02_negative_variance": [refused("eigenvalue")],
    "S03_gap_sign": [gap],
    "S04_identity": [says("Couplings")],
    "S05_tiny_scale": [says("Couplings")],
    "S06_l1_lower_edge": [best_at_the_weakest],
    "S08_separation": [says("plane|parts")],
    "S09_three_labels": [says("3 |three", "decoded|accuracy|told")],
    "S10_constant_unit": [table(4, 60, 1.3702)],
    "S11_extreme_scale": [table(3, 60, 1.3702)],
    "T01_pandas_index": [PR],
    "T02_index_level_0": [table(3, 43, 1.9462)],
    "T05_time_column": [warned(3, 60, 1.3702, "`time`")],
    "T07_integer_header": [PR],
    "T09_thousands_tab": [lambda r: (near((r.at("activity", "mean") or [0])[0], 1721.5, 1e-6), f"mean {r.at('activity', 'mean')}")],
    "T11a_missing_marker": [MARKED],
    "T11b_missing_marker": [MARKED],
    "T11d_missing_marker": [MARKED],
    "T11e_missing_marker": [MARKED],
    "T12_neg_nan": [MARKED],
    "T13_comment_lines": [either(PR, refused("comment"))],
    "T14_savetxt_header": [PR],
    "T15_whitespace": [either(table(3, 60), refused("blank"))],
    "T16_cr_semicolon": [PR],
    "T17_semicolon_commas": [table(3, 40)],
    "T19_sep_line": [PR],
    "T20_r_write_table": [PR],
    "T21_trailing_comma": [PR],
    "T22_decimal_comma": [PR],
    "T23_bom_crlf_quotes": [PR],
    "T26_trial_ids_2_53": [both(matrix(0.9, 0.2, -0.2, 0.8), says("8 sequences", "232 pairs"))],
    "T28_time_descending": [either(matrix(0.9, 0.2, -0.2, 0.8), refused("time|falls|descend"))],
    "T32_list_columns": [PR, PR],
    "T33_parquet_types": [PR],
    "T34_nan_padded_trials": [refused("row 36|row 35"), table(3, 55)],
}


def main():
    cases = Path(sys.argv[1])
    program = str(Path(sys.argv[2] if len(sys.argv) > 2 else "target/release/nullcline").resolve())
    wrong = 0
    for folder in sorted(p for p in cases.iterdir() if (p / "cmd.txt").exists()):
        checks = CHECKS.get(folder.name)
        expected = (folder / "result.txt").read_text().splitlines()[0].removeprefix("RIGHT ANSWER: ")
        commands = [l for l in (folder / "cmd.txt").read_text().splitlines() if l.strip()]
        if checks is None or len(checks) != len(commands):
            print(f"?      {folder.name}: no check here")
            wrong += 1
            continue
        for command, check in zip(commands, checks):
            with tempfile.TemporaryDirectory() as scratch:
                try:
                    good, found = check(Ran(command, program, folder.resolve(), Path(scratch) / "out"))
                except subprocess.TimeoutExpired:
                    good, found = False, "more than 300 s"
            wrong += not good
            print(f"{'right' if good else 'WRONG':6} {folder.name}\n         expected {expected[:200]}\n         found    {found}")
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
