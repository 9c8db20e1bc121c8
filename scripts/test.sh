#!/usr/bin/env bash
# Builds everything once and runs every test: the rooms first, then the program, then the program among real receivers,
# what measures it, then in a real browser, then the program while it is hurt.
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
simulation='^MartletDeliveryTests\.(CrashTests|HistoryTests|MutantTests)'
run "${few[@]}" --skip '^(MartletCommandTests|EndToEndTests)\.' --skip "$simulation"
# Beside these others would wait for a processor: they do nothing but think.
run --filter "$simulation"
run "${few[@]}" --filter '^MartletCommandTests\.'
# One after the other: each has servers, receivers and load of its own.
run --no-parallel --filter '^EndToEndTests\.'
# A short form of `make bench`: that both of its halves measure something and print it.
CONFIGURATION=debug UNITS=200 scripts/bench.sh throughput --events 200 --connections 4 2>&1 | tee -a "$log" || status=1
# What people look at, in a real browser and held against axe-core's rules. A picture of every page stays in .build/shots.
.venv-browser/bin/python -B Tests/Browser/stories.py --martlet .build/debug/martlet --shots .build/shots 2>&1 |
  tee -a "$log" || status=1
# The binary hurt as in docs/faults.md, in the short form, one half of the rows beside the other. Left out are those whose
# verdict is one on this machine's speed too.
hurt() {
  python3 Tests/Faults/faults.py --short --again --untimed --martlet .build/debug/martlet "$@" >"$TMPDIR/faults-$1" 2>&1
}
hurt crashes crowds requests &
half=$!
hurt disk receivers tls names answers clocks || status=1
wait $half || status=1
cat "$TMPDIR"/faults-* >>"$log"
grep -ahE '^(pass|FAIL|skipped) |^[0-9]+ passed' "$TMPDIR"/faults-* || true
if [ $status -ne 0 ]; then
  printf '\nWhat failed:\n'
  # A test's arguments and values may go on for pages.
  grep -aE '✘|^error:|[Ff]atal error|recorded an issue|^FAIL ' "$log" | cut -c1-600 | head -n 60 || true
fi
printf '\nAll runs:\n'
grep -aE 'Test run with|^[0-9]+ (stories )?passed, ' "$log" || true
exit $status
