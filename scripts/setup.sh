#!/usr/bin/env bash
# Installs what is missing: `setup.sh build`, `setup.sh build test`. Debian and Ubuntu; elsewhere it says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v swift >/dev/null || {
    echo "Swift 6.2 or later is needed: see https://www.swift.org/install" >&2
    exit 1
}

declare -A packages=(
    [build]="libpq-dev libsqlite3-dev pkg-config"
    [browser]="chromium fonts-inter python3-venv"
    [test]="curl node-express openssl php-cli postgresql python3-venv ruby ruby-webrick"
)
missing=()
for purpose in "$@"; do
    for package in ${packages[$purpose]}; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok' || missing+=("$package")
    done
done

if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || {
        echo "Please install what Debian calls: ${missing[*]}" >&2
        exit 1
    }
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "Please install as root: apt-get install ${missing[*]}" >&2
            exit 1
        }
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update -q >/dev/null
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
fi

# Toolchains that the guide's receivers are run with where they can be had: without them, those tests are skipped.
if [[ " $* " == *" test "* ]] && command -v apt-get >/dev/null; then
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    command -v go >/dev/null || "${as_root[@]}" apt-get install -y -q --no-install-recommends golang-go >/dev/null ||
        echo "Go cannot be had: its receiver is not tried" >&2
    command -v java >/dev/null || "${as_root[@]}" apt-get install -y -q --no-install-recommends \
        openjdk-17-jdk-headless >/dev/null || echo "Java cannot be had: its receiver is not tried" >&2
fi

# The verifiers of other people that the end-to-end tests run, in an environment of their own.
if [[ " $* " == *" test "* ]]; then
    requirements=Tests/EndToEndTests/Receivers/requirements.txt
    if [ ! -e .venv/installed ] || [ "$requirements" -nt .venv/installed ]; then
        python3 -m venv .venv
        .venv/bin/pip install -q --disable-pip-version-check -r "$requirements"
        touch .venv/installed
    fi
fi

# What drives the browser, in an environment of its own.
if [[ " $* " == *" browser "* ]]; then
    requirements=Tests/Browser/requirements.txt
    if [ ! -e .venv-browser/installed ] || [ "$requirements" -nt .venv-browser/installed ]; then
        python3 -m venv .venv-browser
        .venv-browser/bin/pip install -q --disable-pip-version-check -r "$requirements"
        touch .venv-browser/installed
    fi
fi
