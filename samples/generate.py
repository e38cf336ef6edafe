"""Writes the inputs of every case under samples/<task>/<case>/in, its case.toml and its expect.json.

How to run (Python 3.11; the same bytes on every run):

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install xlsxwriter==3.3.1 xlwt==1.3.0 msoffcrypto-tool==6.1.0
    /tmp/venv/bin/python samples/generate.py

expect.json holds the main figures of a case, calculated here and not by jitan; `samples/verify.py` holds them
against the blessed outputs. All persons are made up.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True

import make_exam  # noqa: E402
import make_names  # noqa: E402
import make_notices  # noqa: E402
import make_register  # noqa: E402
import make_statistics  # noqa: E402

make_statistics.write()
make_exam.write()
make_names.write()
make_notices.write()
make_register.write()
