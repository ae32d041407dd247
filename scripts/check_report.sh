#!/usr/bin/env bash
# Opens a report in headless Chromium and checks that it stands on its own and shows its figures.
#
#   scripts/check_report.sh REPORT_DIR [SCREENSHOT.png]
#
# Fails if the page could load anything from a network, if a figure file of the folder is missing
# from the page, if an inline figure has no size or no font, or if the page is wider than a phone's window.
set -euo pipefail

fail() { echo "check_report: $*" >&2; exit 1; }

[ $# -ge 1 ] || fail "usage: check_report.sh REPORT_DIR [SCREENSHOT.png]"
dir=$(cd "$1" 2>/dev/null && pwd) || fail "$1 is not a folder"
page=$dir/report.html
[ -s "$page" ] || fail "$page is missing or empty"

browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
if [ -z "$browser" ]; then
    [ "$(id -u)" = 0 ] || fail "chromium is not installed: apt-get install chromium"
    apt-get install -y chromium >/dev/null 2>&1 || { apt-get update && apt-get install -y chromium; } >/dev/null ||
        fail "chromium could not be installed"
    browser=$(command -v chromium)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
shot=${2:-$(mktemp --suffix=.png)}

# What the browser would fetch: sources, stylesheets, imports; inert namespaces and links are fine.
if grep -noiE '(src|srcset|poster|data|action|xlink:href)[[:space:]]*=[[:space:]]*["'"'"']?[[:space:]]*(https?:)?//[^"'"'"' >]*' "$page" ||
    grep -noiE '<(link|use|image|script)[^>]*href[[:space:]]*=[[:space:]]*["'"'"']?[[:space:]]*(https?:)?//[^>]*' "$page" ||
    grep -noiE '(url\(|@import)[^;)]*(https?:)?//[^;)]*' "$page"; then
    fail "$page refers to a network (above)"
fi
if grep -noiE '<(iframe|object|embed|base)[ >]|<script [^>]*src' "$page"; then
    fail "$page has active content of others (above)"
fi

# Every figure in the folder is linked from the page, and every linked file is there.
figures=0
while IFS= read -r file; do
    figures=$((figures + 1))
    grep -qF "href=\"${file// /%20}\"" "$page" || fail "figure $file does not show in the page"
done < <(cd "$dir" && find . -mindepth 2 -path './*/*/*' -prune -o -mindepth 2 -name '*.svg' -printf '%P\n' | sort)
while IFS= read -r link; do
    [ -e "$dir/$(printf '%b' "${link//%/\\x}")" ] || fail "the page links to $link, which is not in the folder"
done < <(grep -oE '<a href="[^"#]+"' "$page" | sed 's/^<a href="//; s/"$//' | grep -vE '^(https?|mailto):' | sort -u)

chrome() {
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
        --user-data-dir="$work/profile" "$@" 2>"$work/log" || { cat "$work/log" >&2; fail "chromium failed"; }
}

# A copy of the page measures itself and writes what it finds into its title. Headless windows are
# at least 500 pixels wide, so a phone's width is tried in a frame.
{
    cat "$page"
    cat <<'SCRIPT'
<script>
addEventListener("load", () => {
  // A view that turns stands in place of its figure.
  const boxes = [...document.querySelectorAll("figure svg")].map(s => s.closest(".replaced")?.previousElementSibling.querySelector("canvas") ?? s).map(s => {
    const b = s.getBoundingClientRect();
    const marks = s.tagName === "CANVAS" || s.querySelectorAll("path, circle, text").length;
    return b.width > 50 && b.height > 20 && marks > 0;
  });
  const written = document.querySelectorAll("figure svg text").length > 0;
  const fallen = written && ![...document.fonts].some(f => f.status === "loaded") ? 1 : 0;
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  const loaded = performance.getEntriesByType("resource").filter(r => !r.name.startsWith("data:"));
  const fits = document.documentElement.scrollWidth <= innerWidth + 1;
  document.body.style.width = "360px";
  const narrow = Math.max(...[...document.body.children].map(e => e.scrollWidth)) <= 361;
  document.title = "checked:" + JSON.stringify({
    figures: boxes.length, empty: boxes.filter(b => !b).length, fallen,
    twice: ids.length - new Set(ids).size, loaded: loaded.length, fits, narrow });
});
</script>
SCRIPT
} >"$work/measured.html"
chrome --dump-dom "file://$work/measured.html" >"$work/dom.html"
found=$(grep -oE '<title>checked:[^<]*' "$work/dom.html" | head -1 | sed 's/<title>checked://')
[ -n "$found" ] || fail "the page did not run in the browser"
value() { sed -E "s/.*\"$1\":([a-z0-9]+).*/\1/" <<<"$found"; }
# A figure of which a sentence says all stands as a link alone.
figures=$((figures - $({ grep -o 'class="instead"' "$page" || true; } | wc -l)))
[ "$(value figures)" -ge "$figures" ] || fail "the folder has $figures figures, the page shows $(value figures)"
for zero in empty fallen twice loaded; do
    [ "$(value $zero)" = 0 ] || fail "figures or ids amiss, $zero is not 0: $found"
done
[ "$(value fits)" = true ] && [ "$(value narrow)" = true ] || fail "the page is wider than its window: $found"

chrome --screenshot="$shot" --window-size=1000,2400 "file://$page" >/dev/null
[ -s "$shot" ] || fail "no screenshot was written"
echo "check_report: $dir is whole: $found, screenshot $shot"
