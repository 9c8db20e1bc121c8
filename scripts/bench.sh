#!/usr/bin/env bash
# Measures the store alone and the whole way of an event. Arguments go to the latter: --events 50000 --connections 64 …
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product store-benchmark
swift build -c release --product delivery-benchmark
swift build -c release --product martlet
.build/release/store-benchmark
echo
.build/release/delivery-benchmark --binary .build/release/martlet "$@"
