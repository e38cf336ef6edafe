#!/usr/bin/env python3
"""Damaged workbooks, thousands of each format, through a running engine: it lives, each comes back, and no wrong figure comes out.

    mutants.py [MUTANTS] [FORMAT…]        default 2000 of each: xlsx xls ods csv

A sound list is damaged at random: bytes of the file itself, or bytes within a part of the package, packed anew with right
checksums. What is published must have the sum of the sound list, or the one that calamine (of csv, Python) reads from the same
damaged bytes, or come with a list of what is doubtful; everything else is printed. Needs `pip install openpyxl python-calamine` and LibreOffice (`soffice`) for xls and ods.
"""

import collections
import csv
import io
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import zipfile

from office import FORM, Office, kill, wait_until

ROWS = 40
BATCH = 250


def sources(folder):
    """The sound list in each format, and its sum."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["課", "件数", "備考"])
    for row in range(ROWS):
        sheet.append([["財務課", "総務課", "税務課"][row % 3], row * 37 + 5, f"備考{row}" if row % 2 else None])
    book.save(folder / "表.xlsx")
    for end in ("xls", "ods"):
        words = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", end, "--outdir", str(folder), str(folder / "表.xlsx")]
        subprocess.run(words, capture_output=True, timeout=180)
    lines = ["課,件数,備考"] + [f"{r[0].value},{r[1].value},{r[2].value or ''}" for r in sheet.iter_rows(min_row=2)]
    (folder / "表.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode("cp932"))
    return sum(row * 37 + 5 for row in range(ROWS))


def damaged(data, dice):
    """The same bytes with one to eight changes: flipped, set, doubled, cut out, cut off."""
    data = bytearray(data)
    for _ in range(dice.choice([1, 1, 1, 2, 4, 8])):
        at = dice.randrange(max(1, len(data)))
        kind = dice.randrange(6)
        if kind <= 1 and data:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 2 and data:
            data[at] = dice.choice([0, 0xFF, 0x20, 0x3C, 0x3E, 0x22, 0x26, dice.randrange(256)])
        elif kind == 3:
            data[at:at] = data[at : at + dice.randrange(1, 64)]
        elif kind == 4:
            del data[at : at + dice.randrange(1, 64)]
        elif dice.randrange(4) == 0:
            del data[at:]
    return bytes(data)


def mutant(data, end, dice):
    """A damaged file; of a package in half of the cases one part of it, with right checksums."""
    if end not in ("xlsx", "ods") or dice.randrange(2):
        return damaged(data, dice)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [(info, package.read(info)) for info in package.infolist()]
    which = dice.randrange(len(parts))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for at, (info, part) in enumerate(parts):
            package.writestr(info.filename, damaged(part, dice) if at == which else part)
    return made.getvalue()


def read_by_calamine(data, end):
    """The sum as another reader sees it; none where it sees none."""
    import python_calamine

    try:
        if end == "csv":
            rows = list(csv.reader(io.StringIO(data.decode("cp932", errors="replace"), newline=None)))
        else:
            rows = python_calamine.CalamineWorkbook.from_object(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        at = [str(cell) for cell in rows[0]].index("件数")
        return sum(float(row[at]) for row in rows[1:] if len(row) > at and row[at] not in ("", None))
    except BaseException:  # noqa: B036 (its panics are no Exceptions)
        return None


def published(folder):
    """The sum that was published."""
    rows = list(csv.reader((folder / "集計.csv").read_text(encoding="utf-8-sig").splitlines()))
    return sum(float(row[1]) for row in rows[1:] if row[1])


def one_format(end, data, whole, mutants, place):
    office = Office(f"{place}/{end}", settings='duplicates = "run"\n')
    form = office.folder / "scripts/試験/task.toml"
    form.write_text(FORM.replace('accepts = ["*.csv"]', 'accepts = ["*.csv", "*.xlsx", "*.xls", "*.ods"]'))
    engine, dice = office.start(), random.Random(f"{end} {mutants}")
    kinds, bad = collections.Counter(), 0
    try:
        for first in range(0, mutants, BATCH):
            made = {f"m{number}": mutant(data, end, dice) for number in range(first, min(first + BATCH, mutants))}
            for name, content in made.items():
                hidden = office.inbox / f".{name}"
                hidden.write_bytes(content)
                os.rename(hidden, office.inbox / f"{name}.{end}")
            done = wait_until(lambda: not any(office.inbox.iterdir()) and not any((office.folder / ".jitan/work").iterdir()), 300, 0.2)
            assert engine.poll() is None, f"the engine ended: {engine.stderr.read().decode()}"
            assert done, f"left: {[path.name for path in office.inbox.iterdir()][:5]}"
            for name, content in made.items():
                places = [office.folder / home / "試験" / name for home in ("完了", "差戻し", "障害")]
                where = [folder.parent.parent.name for folder in places if folder.exists()]
                kinds[",".join(where) or "lost"] += 1
                other = read_by_calamine(content, end)
                right = len(where) == 1 and (where != ["完了"] or published(places[0]) in (whole, other) or (places[0] / "要確認一覧.xlsx").exists())
                # Calamine reads a sheet as far as it gets; whether it or we are right has to be looked at.
                if not right:
                    bad += 1
                    kept = pathlib.Path(tempfile.gettempdir()) / f"mutant-{name}.{end}"
                    kept.write_bytes(content)
                    print(f"LOOK {kept}: {where}, published {published(places[0]) if places[0].exists() else None}, calamine {other}, sound {whole}", flush=True)
    finally:
        kill(engine, 15)
        engine.wait(60)
    print(f"{end}: {mutants} mutants, {dict(kinds)}, {bad} to look at", flush=True)
    return bad


def main():
    mutants = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place) / "sound"
        folder.mkdir()
        whole = sources(folder)
        ends = sys.argv[2:] or ["xlsx", "xls", "ods", "csv"]
        bad = sum(one_format(end, (folder / f"表.{end}").read_bytes(), whole, mutants, place) for end in ends)
    sys.exit(1 if bad else 0)


main()
