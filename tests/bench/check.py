"""Is the result of jitan right? Every cell is compared with the bare loop's result, and the totals with what the generator knows."""
import csv
import datetime as dt
import glob
import json
import os
import re
import zipfile

EPOCH = dt.date(1899, 12, 30)


def sheets(path):
    """The sheets of a workbook by name: rows of plain values, dates as serials."""
    from python_calamine import CalamineWorkbook
    book = CalamineWorkbook.from_path(path)
    return {name: [[plain(v) for v in row] for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names}


def plain(v):
    if isinstance(v, dt.datetime):
        return float((v.date() - EPOCH).days)
    if isinstance(v, dt.date):
        return float((v - EPOCH).days)
    if isinstance(v, bool) or not isinstance(v, (int, float)):
        return v
    return float(v)


def same(a, b, slack=1e-9):
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= slack * max(1.0, abs(a), abs(b))
    return a == b or (a in ("", None) and b in ("", None))


def differences(want, got, key=None, slack=1e-9):
    """What differs between two lists of rows, in words; nothing when nothing does."""
    if want[0] != got[0]:
        return f"headings {got[0]} for {want[0]}"
    want, got = want[1:], got[1:]
    if len(want) != len(got):
        return f"{len(got)} rows for {len(want)}"
    if key:
        want, got = sorted(want, key=key), sorted(got, key=key)
    wrong = [(w, g) for w, g in zip(want, got) if len(w) != len(g) or not all(same(x, y, slack) for x, y in zip(w, g))]
    return f"{len(wrong)} rows differ, first {wrong[0][1]} for {wrong[0][0]}" if wrong else ""


def names(root):
    """Every file of a tree as (folder, name), in order."""
    return sorted((folder, f) for folder, _, files in os.walk(root) for f in files)


def check(workload, lab, before=None):
    """'ok', or what is wrong."""
    out = os.path.join(lab, "out")
    try:
        return globals()["c_" + workload](os.path.join(lab, "data"), out, before) or "ok"
    except Exception as e:  # a result that cannot be read is wrong, not an accident of the harness
        return f"{type(e).__name__}: {e}"[:300]


def pair(out, workload):
    return sheets(f"{out}/{workload}.bare/result.xlsx"), sheets(f"{out}/{workload}.jitan/result.xlsx")


def c_w1(data, out, _):
    want, got = pair(out, "w1")
    rows = sorted([r[0], *map(int, r[1:5])] for r in got["週次集計"][1:])
    if rows != json.load(open(f"{data}/w1.expected.json")):
        return "not the generator's sums"
    return differences(want["週次集計"], got["週次集計"], key=lambda r: (r[0], r[1]))


def c_w2(data, out, _):
    want, got = pair(out, "w2")
    known = json.load(open(f"{data}/w2.expected.json"))
    rows, errors = len(got["台帳"]) - 1, len(got["エラー一覧"]) - 1
    if (rows, errors) != (known["rows"], known["errors"]):
        return f"{rows} rows and {errors} errors for {known}"
    return differences(want["台帳"], got["台帳"], key=lambda r: (r[0], str(r[1]), str(r[2]), str(r[5]), str(r[3])))


def c_w3(_, out, __):
    want, got = pair(out, "w3")
    if list(want) != list(got):
        return f"sheets {list(got)} for {list(want)}"
    # 偏差値 are rounded to a tenth; a tie may fall the other way when reckoned exactly
    loose = [differences(want["成績一覧"], got["成績一覧"], slack=0.1 / 20)]
    return "; ".join(x for x in loose + [differences(want[s], got[s], slack=1e-6) for s in list(want)[1:]] if x)


def c_w4(data, out, before):
    if names(f"{data}/w4") != before:
        return "the tree is not as it was"
    lists = glob.glob(f"{out}/w4.jitan/*取消*.csv") + glob.glob(f"{out}/w4.jitan/*取消*.xlsx")
    if not lists:
        return "no undo list"
    count = sum(1 for _ in csv.reader(open(lists[0], encoding="utf-8-sig"))) - 1 if lists[0].endswith("csv") else len(next(iter(sheets(lists[0]).values()))) - 1
    return "" if count > 70_000 else f"{count} lines in the undo list"


def c_w6(_, out, __):
    want, got = pair(out, "w6")
    return differences(next(iter(want.values())), next(iter(got.values())))


def c_small(_, out, __):
    got = sheets(f"{out}/small.jitan/result.xlsx")
    rows = next(iter(got.values()))
    return "" if sum(r[1] for r in rows[1:]) == 60 else f"{rows}"


FORM = "xl/worksheets/sheet1.xml"


def parts(path):
    with zipfile.ZipFile(path) as z:
        return {name: z.read(name) for name in z.namelist()}


def c_w5(data, out, _):
    files = sorted(glob.glob(f"{out}/w5.jitan/form_*.xlsx"))
    if len(files) != 300:
        return f"{len(files)} files"
    form = parts(f"{data}/w5_template.xlsx")
    wanted = [rows for rows in sheets(f"{data}/w5_list.xlsx").values()][0]
    for nth, file in enumerate(files, 1):
        got = parts(file)
        # The workbook's own part says that it is to be calculated; the form's sheet is filled. Everything else is as it lay.
        other = [name for name in form.keys() | got.keys() if form.get(name) != got.get(name) and name not in (FORM, "xl/workbook.xml")]
        if other:
            return f"form {nth}: {other}"
        sheet = got[FORM].decode()
        if "{{" in re.sub("<[^>]*>", "", sheet):
            return f"form {nth}: a mark is left"
        for kept in ("<conditionalFormatting", "<dataValidation ", "<oddFooter", "<drawing ", "<mergeCell "):
            if sheet.count(kept) != form[FORM].decode().count(kept):
                return f"form {nth}: {kept}"
        row = dict(zip(wanted[0], wanted[nth]))
        for formula in re.findall(r"<c [^>]*><f>[^<]*</f>(.*?)</c>", sheet):
            if formula not in ("", f"<v>{sum(row[f'件数{m}'] for m in range(1, 13)):g}</v>", f"<v>{row['合計額']:.0f}</v>"):
                return f"form {nth}: a stale result {formula}"
        cells = sheets(file)["申請書"]
        if not all(same(cells[9 + at][2], row[name]) for at, name in enumerate(["番号", "申請日", "市町村", "代表者", "住所", "電話", "事業名", "合計額"])):
            return f"form {nth}: {[cells[9 + at][2] for at in range(8)]}"
        if not all(same(cells[20 + m][1], row[f"件数{m + 1}"]) and same(cells[20 + m][2], row[f"金額{m + 1}"]) for m in range(12)):
            return f"form {nth}: the months"
    return ""


def room(w, source, out, said):
    """'ok', or what is wrong with a row measured within the room `book`."""
    try:
        return {"read": r_read, "edit": r_edit, "mark": r_mark}[w](source, out, said) or "ok"
    except Exception as e:
        return f"{type(e).__name__}: {e}"[:300]


def r_read(source, out, said):
    want, got = (json.loads(text) for text in said)
    return "" if want["cells"] == got["cells"] and want["letters"] == got["letters"] and same(float(want["sum"]), float(got["sum"])) else f"{got} for {want}"


def r_edit(source, out, said):
    for result in ("jitan", "proved"):
        old, new = parts(source), parts(f"{out}.{result}/result.xlsx")
        other = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name) and name != FORM]
        if other:
            return f"{other} changed"
        (a, rest), (b, other) = (x[FORM].split(b'<row r="20001" ', 1) for x in (old, new))
        (before, rest), (after, other) = (x.split(b"</row>", 1) for x in (rest, other))
        if a != b or rest != other or "見本 花子".encode() not in after or before.count(b"<c ") != after.count(b"<c "):
            return "something else than the cell changed"
    return ""


def r_mark(source, out, said):
    want, got = sheets(source), sheets(f"{out}.jitan/result.xlsx")
    if list(got) != ["指摘一覧", *want]:
        return f"sheets {list(got)}"
    listed = sum("数字として読めません。" in [str(v) for v in row] for row in got["指摘一覧"])
    return differences(want["検査記録"], got["検査記録"]) or ("" if listed == 500 else f"{listed} findings in the list")
