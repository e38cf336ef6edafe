#!/bin/sh
# The benchmark, whole: makes data and tools in the lab (LAB, by default target/bench), builds, measures, checks, prints. Arguments go to run.py.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
LAB=${LAB:-$here/../../target/bench}
mkdir -p "$LAB"
tools="openpyxl==3.1.5 xlsxwriter==3.3.1 python-calamine==0.9.1 polars==2.1.0 fastexcel==0.21.0 pyarrow==26.0.1"
if [ "$(cat "$LAB/venv/tools" 2>/dev/null)" != "$tools" ]; then
    python3 -m venv "$LAB/venv"
    # One word is one tool.
    # shellcheck disable=SC2086
    "$LAB/venv/bin/pip" install --quiet $tools
    echo "$tools" > "$LAB/venv/tools"
fi
exec "$LAB/venv/bin/python" "$here/run.py" --lab "$LAB" "$@"
