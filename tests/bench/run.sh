#!/bin/sh
# The benchmark, whole: makes data and tools in the lab (LAB, by default target/bench), builds, measures, checks, prints. Arguments go to run.py.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
LAB=${LAB:-$here/../../target/bench}
mkdir -p "$LAB"
if [ ! -x "$LAB/venv/bin/python" ]; then
    python3 -m venv "$LAB/venv"
    "$LAB/venv/bin/pip" install --quiet openpyxl==3.1.5 xlsxwriter==3.3.1 python-calamine==0.9.1
fi
exec "$LAB/venv/bin/python" "$here/run.py" --lab "$LAB" "$@"
