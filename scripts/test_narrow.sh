#!/usr/bin/env bash
# Runs test programs on an emulated processor with AVX2 and FMA but without AVX-512 (valgrind's), so that faer too takes
# its 256-bit paths: scripts/test_narrow.sh [TEST...]; without names, those whose numbers depend on the vectors.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind > /dev/null || { echo "valgrind is not installed" >&2; exit 2; }
if [ $# -eq 0 ]; then
    set -- dynamics geometry inference training
fi
tests=()
for name; do tests+=(--test "$name"); done
# In a substitution of its own: one that feeds the loop would fail unseen.
programs=$(cargo test --release --no-run --message-format=json "${tests[@]}" |
    sed -n 's/.*"executable":"\([^"]*\/deps\/[^"]*\)".*/\1/p' | sort -u)
failed=0
while read -r program; do
    echo "== $program"
    valgrind --quiet --tool=none "$program" --test-threads 2 || failed=1
done <<< "$programs"
exit $failed
