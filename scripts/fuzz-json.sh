#!/bin/sh
# Compares the payload form with V8's: scripts/fuzz-json.sh [DOCUMENTS] [SEED]
# Two thirds of the documents are any JSON, intact and mutated; one third are numbers in many spellings.
set -eu
cd "$(dirname "$0")/.."
documents=${1:-300000}
seed=${2:-$(date +%s)}

command -v node >/dev/null || { echo "fuzz-json: node is not on the path; install Node.js 18 or later." >&2; exit 2; }
if [ -z "${JSON_FUZZ:-}" ]; then
    swift build -c release --product json-fuzz
    JSON_FUZZ=$(swift build -c release --show-bin-path)/json-fuzz
fi

node Fuzz/json-against-node.js "$JSON_FUZZ" --documents $((documents * 2 / 3)) --seed "$seed" --mode mixed
node Fuzz/json-against-node.js "$JSON_FUZZ" --documents $((documents / 3)) --seed "$seed" --mode numbers
