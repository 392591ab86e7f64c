#!/bin/sh
# Compile the lock files: one set of versions for Python 3.11-3.13 on every platform, with hashes, without hosts.
set -eu
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-header --fork-strategy fewest "$@"
}
compile pyproject.toml --group test -o requirements/test.lock
compile pyproject.toml -c requirements/test.lock -o requirements/run.lock
compile requirements/uv.in -o requirements/uv.lock
