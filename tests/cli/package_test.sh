#!/bin/sh
# Usage: package_test.sh BUILD     packs what was built there, installs the .deb into an empty root, unpacks the .tar.gz, and
# runs what came out of each; exit 77 where dpkg or cpack is missing
set -eu
build=$(readlink -f "$1")
source=$(readlink -f "$(dirname "$0")/../..")
for tool in cpack dpkg dpkg-deb; do
  command -v $tool > /dev/null || { echo "skip: $tool is not here"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $*"; exit 1; }

OUT="$work/packed" "$source/scripts/package" --build "$build" > made || fail "scripts/package"
deb=$(grep '\.deb$' made) tarball=$(grep '\.tar\.gz$' made)

root=$work/root
mkdir -p "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/triggers"
: > "$root/var/lib/dpkg/status"
if [ "$(id -u)" = 0 ]; then
  dpkg --root="$root" --force-depends --force-script-chrootless --install "$deb" > dpkg.log 2>&1 || { cat dpkg.log; fail "dpkg --install"; }
  dpkg --root="$root" -s bottleneck | grep -q 'Status: install ok installed' || fail "it is not installed"
else
  dpkg-deb -x "$deb" "$root" # only root may install
fi
mkdir unpacked
tar -xzf "$tarball" -C unpacked --strip-components=1

for place in "$root/usr" "$work/unpacked"; do
  program=$place/bin/bottleneck
  "$program" --version > /dev/null || fail "$program --version"
  "$program" run -q --json r.json sh -c 'exit 7' && fail "the status was lost" || [ $? = 7 ] || fail "status of run"
  grep -q '"kind": "report"' r.json || fail "no report"
  "$program" demo --json demos.json > /dev/null || fail "$program finds no workload"
  grep -q matmul demos.json || fail "matmul is no demo there"
  [ -x "$place/lib/bottleneck/bottleneck-ceilings" ] || fail "no bottleneck-ceilings"
  [ -f "$place/lib/bottleneck/libbottleneck_sampler.so" ] || fail "no sampler"
  # Through the object that is preloaded where perf_event_open is refused; seen in the list of what can be observed.
  "$program" doctor > doctor.txt || fail "doctor"
  grep -q 'libbottleneck_sampler.so is not' doctor.txt && fail "the sampler is not found beside the program"
  grep -q '^.TH BOTTLENECK 1' "$place/share/man/man1/bottleneck.1" || fail "no manual"
  bash -n "$place/share/bash-completion/completions/bottleneck" || fail "completion"
  [ -s "$place/share/zsh/vendor-completions/_bottleneck" ] || fail "no zsh completion"
  [ -s "$place/share/fish/vendor_completions.d/bottleneck.fish" ] || fail "no fish completion"
done
