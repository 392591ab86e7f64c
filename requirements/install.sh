#!/bin/sh
# Install one lock file (run or test) into .venv, every package checked against its hash.
# uv does it in seconds; where the index has no uv, or uv cannot reach it, pip does the same in minutes.
set -eu
lock="requirements/$1.lock"
bin=.venv/bin
echo "installing $lock into .venv"
index=$("$bin/python" -m pip config get global.index-url 2>/dev/null || true)
index=${PIP_INDEX_URL:-$index}
if [ -n "$index" ]; then
    export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
fi
if "$bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock &&
    UV_COMPILE_BYTECODE=1 "$bin/uv" pip install --quiet --python "$bin/python" --require-hashes -r "$lock"; then
    :
else
    echo "uv could not install it; pip does, which takes minutes" >&2
    "$bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
fi
touch ".venv/$1.installed"
if [ "$1" = test ]; then
    touch .venv/run.installed # test.lock holds all of run.lock, in the same versions
fi
