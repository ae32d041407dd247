#!/usr/bin/env bash
# Builds the wheel, installs it into a fresh environment, and tests it there. Where Python cannot make environments or
# reach no packages, it says so and is content.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() { echo "Python is not tested: $*"; exit 0; }

python=${PYTHON:-python3}
command -v "$python" >/dev/null || skip "there is no $python"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || skip "$python is older than 3.10"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$python" -m venv "$place/env" >/dev/null 2>&1 || skip "$python makes no environments (venv, ensurepip)"
pip() { "$place/env/bin/python" -m pip --quiet --disable-pip-version-check --retries 2 --timeout 20 "$@"; }
# Known versions, so that a new one of others' is no surprise here.
pip install maturin==1.16.0 numpy==2.4.6 pytest==9.2.0 >"$place/log" 2>&1 || pip install maturin numpy pytest >"$place/log" 2>&1 ||
  skip "packages cannot be installed: $(tail -1 "$place/log")"
# What is not there, its tests do without.
for package in mypy==2.4.1 pandas==3.1.1 polars==2.1.0 xarray==2026.9.0 gymnasium==1.4.0 "nbclient==0.11.0 ipykernel==7.4.0"; do
  # shellcheck disable=SC2086
  pip install $package >"$place/log" 2>&1 || echo "without $package: $(tail -1 "$place/log")"
done

"$place/env/bin/maturin" build --release --locked --quiet -m python/Cargo.toml --interpreter "$place/env/bin/python" -o "$place/wheels"
wheel=$(ls "$place"/wheels/*.whl)
size=$(stat -c %s "$wheel")
echo "$(basename "$wheel"): $((size / 1000000)) MB"
[ "$size" -lt 40000000 ] || { echo "the wheel is larger than 40 MB"; exit 1; }
pip install --no-deps "$wheel"
# From elsewhere, so that what is tested is what was installed.
cp -r python/tests python/examples python/pyproject.toml datasets "$place/" 2>/dev/null
mkdir -p "$place/python" && mv "$place/tests" "$place/examples" "$place/pyproject.toml" "$place/python/"
cd "$place/python" && "$place/env/bin/python" -m pytest -q "$@"
