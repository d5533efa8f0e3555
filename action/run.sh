#!/usr/bin/env bash
# The Action's only step: a Python, the pinned libraries in a folder of their own, then the audit.
# Nothing here looks into the workspace: it holds what is audited.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export GITHUB_WORKSPACE="${GITHUB_WORKSPACE:-$PWD}"
export ML_READINESS_CACHE="${ML_READINESS_CACHE-}" # nothing is kept from one run to the next, unless the workflow says where
temporary="${RUNNER_TEMP:-${TMPDIR:-/tmp}}"
libraries="$temporary/ml-readiness-libraries"
cd "$temporary"

stop() {
  echo "::error title=ML readiness::$1"
  exit 2
}

is_recent() {
  local found
  found="$("$@" -I -c 'import sys; print("recent" if sys.version_info >= (3, 11) else "old")' 2>/dev/null)" || return 1
  [[ "${found%$'\r'}" == recent ]]
}

find_python() {
  local name
  if [[ -n "${ML_READINESS_PYTHON:-}" ]]; then
    python=("$ML_READINESS_PYTHON")
    is_recent "${python[@]}" && return
    stop "input python: expected Python 3.11 or newer"
  fi
  python=(py -3)
  for name in python3 python "${RUNNER_TOOL_CACHE:-/none}"/Python/3.1[1-9]*/*/bin/python3 python3.1{4,3,2,1}; do
    if is_recent "$name"; then
      python=("$name")
      return
    fi
  done
  is_recent "${python[@]}" || stop "expected Python 3.11 or newer, found none: add actions/setup-python before this step"
}

pip_install() {
  "${python[@]}" -I -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-input --no-compile \
    --no-deps --require-hashes --only-binary=:all: --root-user-action=ignore --target "$@" >&2
}

uv_install() {
  "$uv" --no-config pip install --quiet --no-cache --no-deps --require-hashes --only-binary=:all: \
    --python "$("${python[@]}" -I -c 'import sys; print(sys.executable)')" --target "$@" >&2
}

find_uv() {
  uv="$(command -v uv)" && return
  pip_install "$libraries.uv" --requirement "$root/requirements/uv.txt" || return
  uv="$libraries.uv/bin/uv"
  [[ -x "$uv" ]]
}

install_libraries() {
  rm -rf "$libraries"
  if ! { find_uv && uv_install "$libraries" --requirement "$root/requirements/run.txt"; }; then
    rm -rf "$libraries"
    pip_install "$libraries" --requirement "$root/requirements/run.txt" ||
      stop "the libraries of ml-readiness could not be installed, see above"
  fi
  touch "$libraries/.complete"
}

find_python
[[ -e "$libraries/.complete" ]] || install_libraries
exec "${python[@]}" -I -S -B "$root/action/main.py" "$libraries" publish
