#!/usr/bin/env bash
# Makes .venv and installs the project with the given extras. Safe to run again; stops with one plain sentence when something is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
extras="$1"
say() { printf '\n== %s\n' "$*"; }
stop() { printf '\ncompanion: %s\n' "$*" >&2; exit 1; }

python=""
for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13; do
  if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    python="$candidate"; break
  fi
done
[ -n "$python" ] || stop "Python 3.11, 3.12 or 3.13 is needed and was not found. Install one, or name it: make chat PYTHON=/path/to/python3.11"
"$python" -c 'import venv, ensurepip' 2>/dev/null || stop "this Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv"
command -v c++ >/dev/null 2>&1 || command -v g++ >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 ||
  stop "a C++ compiler is needed to build llama-cpp-python. On Debian or Ubuntu: apt-get install build-essential; on a Mac: xcode-select --install"
free_kb=$(df -Pk . | awk 'NR==2 {print $4}')
[ "$free_kb" -gt 4000000 ] || stop "about 4 GB of disk are needed here and only $((free_kb / 1024)) MB are free. Make room and run it again."

if [ ! -x .venv/bin/python ]; then
  say "Making .venv with $("$python" --version)"
  "$python" -m venv .venv
fi
pip() { .venv/bin/python -m pip --disable-pip-version-check "$@"; }

say "Installing PyTorch (the build without a GPU; once, a few minutes)"
pip install --quiet --constraint constraints.txt "torch==2.13.0"
if ! .venv/bin/python -c 'import llama_cpp' >/dev/null 2>&1; then
  say "Compiling llama-cpp-python. This takes about seven minutes on two cores, once; nothing is wrong while it is quiet."
  CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN)}" \
    pip install --quiet --constraint constraints.txt llama-cpp-python ||
    stop "llama-cpp-python could not be built. The lines above say why; most often a C++ compiler or cmake is missing."
fi
say "Installing companion with the extras $extras"
pip install --quiet --constraint constraints.txt --editable ".[$extras]"
say "Ready"
