"""The offline list of scripts/advisories: `git clone https://github.com/rustsec/advisory-db`, then this script with its folder."""
import subprocess, sys, tomllib
repo = sys.argv[1]
git = lambda *a: subprocess.run(["git", "-C", repo, *a], capture_output=True, text=True, check=True).stdout
rows = []
for path in git("ls-tree", "-r", "HEAD", "--name-only", "crates").split():
    if not path.endswith(".md"):
        continue
    text = git("show", f"HEAD:{path}")
    about = tomllib.loads(text.split("```toml", 1)[1].split("```", 1)[0])
    a, v = about["advisory"], about.get("versions", {})
    if "withdrawn" in a:
        continue
    safe = v.get("patched", []) + v.get("unaffected", [])
    rows.append((a["package"], a["id"], a.get("informational", "vulnerability"), "; ".join(safe)))
date = git("log", "-1", "--format=%cs").strip()
print(f"# Advisories of https://github.com/rustsec/advisory-db as of {date}: package, id, kind, versions that are not concerned.")
for row in sorted(rows):
    print("\t".join(row))
