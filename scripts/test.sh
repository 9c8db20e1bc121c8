#!/usr/bin/env bash
# Builds everything once and runs every test: the rooms first, then the program, then the program among real receivers.
# What failed in any of them stands at the very end, where a log that was cut still has it.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --build-tests
# Each of the rooms' tests may have a server, a store and their files: not all of them at once, whatever the toolchain.
ulimit -Sn "$(ulimit -Hn)" || true
few=()
if swift test --help-hidden | grep -e --experimental-maximum-parallelization-width >/dev/null; then
  few=(--experimental-maximum-parallelization-width 8)
fi
# Tests clear up behind them; what is killed in the middle of one cannot.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
log=$TMPDIR/log
status=0
run() { swift test --skip-build "$@" 2>&1 | tee -a "$log" || status=1; }
run "${few[@]}" --skip '^(MartletCommandTests|EndToEndTests)\.'
run "${few[@]}" --filter '^MartletCommandTests\.'
# One after the other: each has servers, receivers and load of its own.
run --no-parallel --filter '^EndToEndTests\.'
if [ $status -ne 0 ]; then
  printf '\nWhat failed:\n'
  # A test's arguments and values may go on for pages.
  grep -aE '✘|^error:|[Ff]atal error|recorded an issue' "$log" | cut -c1-600 | head -n 60 || true
fi
printf '\nAll runs:\n'
grep -aE 'Test run with' "$log" || true
exit $status
