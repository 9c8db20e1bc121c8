#!/usr/bin/env bash
# Measures the store alone, and the whole way of an event by `martlet bench`, which gets the arguments: throughput
# --events 50000 … UNITS is how many the former stores. See docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${CONFIGURATION:-release}
swift build -c "$configuration" --product store-benchmark
swift build -c "$configuration" --product martlet
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
".build/$configuration/store-benchmark" "$directory" ${UNITS:+"$UNITS"}
echo
".build/$configuration/martlet" bench "$@"
