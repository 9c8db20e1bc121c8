#!/usr/bin/env bash
# Builds everything once and runs every test: the rooms first, then the program, then the program among real receivers.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --build-tests
swift test --skip-build --skip '^(MartletCommandTests|EndToEndTests)\.'
swift test --skip-build --filter '^MartletCommandTests\.'
# One after the other: each has servers, receivers and load of its own.
swift test --skip-build --no-parallel --filter '^EndToEndTests\.'
