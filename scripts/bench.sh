#!/usr/bin/env bash
# Measures the store alone, and the whole way of an event by `martlet bench`, which gets the arguments: throughput
# --events 50000 … See docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product store-benchmark
swift build -c release --product martlet
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
.build/release/store-benchmark "$directory"
echo
.build/release/martlet bench "$@"
