#!/usr/bin/env bash
# The learning rates of the preset quick of park2023/fig5c and park2023/table-s1: for each network and task
# the one of four with the lowest validation loss, in one training with a seed that no study has by default.
#
#     scripts/park2023_rates.sh [FOLDER]
#
# Called again with the same folder it goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-reports/park2023_rates}
if [ -z "${NULLCLINE:-}" ]; then
    cargo build --release --locked --bin nullcline
    NULLCLINE=target/release/nullcline
fi
mkdir -p "$out"

common="--units 64 --train-items 2000 --validation-items 500 --test-items 500 --epochs 12 --batch 32 --clip 1 \
    --decay 0.9 --decay-every 1 --dropout 0 --patience none --goal 0.0003 --grid 4 \
    --rate 0.0003,0.001,0.003,0.01 --seed 900 --quiet"
declare -A network=(
    [antisymmetric]="--cell antisymmetric --constants epsilon=0.01,gamma=0.01"
    [cornn]="--cell cornn --constants dt=0.016,gamma=94.5,epsilon=9.5"
    [gru]="--cell gru"
    [gru-pta]="--cell gru --init pta-onset"
    [lstm]="--cell lstm"
    [lipschitz]="--cell lipschitz --euler --dt 0.03 --constants beta_a=0.75,gamma_a=0.001,beta_w=0.75,gamma_w=0.001"
    [tanh]="--cell vanilla"
    [tanh-pta]="--cell vanilla --init pta-onset"
    [tanh-orthogonal]="--cell vanilla --init orthogonal"
)
declare -A task=(
    [ordering]="temporal-ordering --delay 20:25"
    [copy]="copy-memory --delay 30 --tokens 4"
    [random]="random-delay-copy --delay 30:36 --tokens 4"
)
for net in tanh tanh-pta tanh-orthogonal gru gru-pta lstm antisymmetric cornn lipschitz; do
    for name in ordering copy random; do
        folder="$out/$net-$name"
        # shellcheck disable=SC2086
        [ -e "$folder/summary.json" ] ||
            "$NULLCLINE" train ${task[$name]} ${network[$net]} $common --out "$folder" 2>/dev/null || true
        value() { sed -n "s/^ *\"$1\": \([^,]*\),\{0,1\}$/\1/p" "$folder/summary.json" | head -1; }
        printf '%-16s %-9s rate %-7s validation %s\n' "$net" "$name" "$(value rate)" "$(value validation_loss)"
    done
done
