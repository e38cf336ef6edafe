"""Holds the blessed outputs (`out/`) of every case against expect.json, whose figures jitan did not calculate.

    /tmp/venv/bin/pip install openpyxl && /tmp/venv/bin/python samples/verify.py [root]

`root` is a folder of cases laid out as samples/ is; without it, samples/ itself. Prints each difference; exit status 1 if there is one.
"""

import csv
import io
import json
import pathlib
import sys
from decimal import Decimal

import openpyxl

HERE = pathlib.Path(__file__).parent
wrong = []


def sheet(path, name, key):
    """The rows of a sheet as dictionaries; the header is the first row that holds `key`."""
    rows = list(openpyxl.load_workbook(path, data_only=True)[name].iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if key in row)
    return [dict(zip(rows[top], row)) for row in rows[top + 1:] if any(v is not None for v in row)]


def same(where, wanted, found, places=None):
    if isinstance(wanted, str) and places is not None and isinstance(found, (int, float)):
        step = Decimal(1).scaleb(-places)
        if abs(Decimal(repr(found)) - Decimal(wanted)) <= step:
            return
    elif wanted is None and found in (None, "－", ""):
        return
    elif wanted == found:
        return
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in sorted(wanted.keys() | found.keys()):
            if wanted.get(key) != found.get(key):
                wrong.append(f"{where} {key}: wanted {wanted.get(key)!r}, found {found.get(key)!r}")
        return
    wrong.append(f"{where}: wanted {wanted!r}, found {found!r}")


def rows_of_csv(path):
    content = path.read_bytes()
    if not content.startswith(b"\xef\xbb\xbf"):
        wrong.append(f"{path}: no BOM")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def statistics(out, expect):
    book = out / "検査週報.xlsx"
    weekly = {f"{r['週']} {r['保健所']}": r for r in sheet(book, "週次集計", "検査実施人数")}
    same(f"{out} 週次集計", sorted(expect["週次"]), sorted(weekly))
    for name, wanted in expect["週次"].items():
        found = weekly.get(name, {})
        for column in ("検査実施人数", "陽性者数", "相談件数"):
            same(f"{out} 週次 {name} {column}", wanted[column], found.get(column))
        same(f"{out} 週次 {name} 陽性率", wanted["陽性率"], found.get("陽性率"), 6)
        same(f"{out} 週次 {name} 前週比", wanted.get("前週比"), found.get("前週比"), 6)
    daily = {f"{r['実施年月日']:%Y-%m-%d} {r['保健所']}": r for r in sheet(book, "日別", "検査実施人数")}
    same(f"{out} 日別", sorted(expect["日別"]), sorted(daily))
    for name, wanted in expect["日別"].items():
        found = daily.get(name, {})
        same(f"{out} 日別 {name} 検査", wanted["検査実施人数"], found.get("検査実施人数"))
        same(f"{out} 日別 {name} 陽性", wanted["陽性者数"], found.get("陽性者数"))
        same(f"{out} 日別 {name} 陽性率", wanted["陽性率"], found.get("陽性率"), 6)
    total = {f"{r['実施年月日']:%Y-%m-%d}": r for r in sheet(book, "県計", "検査実施人数")}
    people = {r["実施_年月日"]: r for r in rows_of_csv(next(out.glob("*_covid19_test_people.csv")))}
    calls = {r["受付_年月日"]: r for r in rows_of_csv(next(out.glob("*_covid19_call_center.csv")))}
    for name, (tested, positive, called, reports) in expect["県計"].items():
        same(f"{out} 県計 {name}", [tested, positive, called, reports],
             [total[name][c] for c in ("検査実施人数", "陽性者数", "相談件数", "報告保健所数")])
        same(f"{out} CSV {name}", [str(tested), str(called), "240001"],
             [people[name]["検査実施_人数"], calls[name]["相談件数"], people[name]["全国地方公共団体コード"]])
    found = [f"{r['保健所']} {r['実施年月日']:%Y-%m-%d}" for r in sheet(book, "未着・再送・不一致", "種類") if r["種類"] == "未着"]
    same(f"{out} 未着", sorted(expect["未着"]), sorted(found))


def exam(out, expect):
    book = out / "採点結果.xlsx"
    people = {r["受験番号"]: r for r in sheet(book, "一覧", "受験番号")}
    same(f"{out} 一覧", sorted(list(expect["人"]) + expect["欠席"]), sorted(people))
    for number, wanted in expect["人"].items():
        found = people.get(number, {})
        for name, value in wanted.items():
            if isinstance(value, dict):
                same(f"{out} {number} {name} 素点", value["素点"], found.get(f"{name} 素点"))
                same(f"{out} {number} {name} 偏差値", value["偏差値"], found.get(f"{name} 偏差値"), 6)
                same(f"{out} {number} {name} 標準点", value["標準点"], found.get(f"{name} 標準点"))
            else:
                same(f"{out} {number} {name}", value, found.get(name))
    for number in expect["欠席"]:
        same(f"{out} {number}", ["欠席", None, None], [people[number][c] for c in ("判定", "素点合計", "順位")])
    for r in sheet(book, "科目別統計", "科目"):
        wanted = expect["統計"].pop(f"{r['試験区分']} {r['科目']}")
        for name, value in wanted.items():
            same(f"{out} 統計 {r['科目']} {name}", value, r[name], 6)
    same(f"{out} 統計", {}, expect["統計"])
    for r in sheet(book, "設問別正答率", "科目"):
        wanted = expect["設問"].pop(f"{r['科目']} {r['問']}")
        for name, value in wanted.items():
            same(f"{out} 設問 {r['科目']} {r['問']} {name}", value, r[name])
    same(f"{out} 設問", {}, expect["設問"])
    passed = openpyxl.load_workbook(out / "合格者名簿.xlsx")
    numbers = [v for s in passed for row in s.iter_rows(values_only=True) for v in row if isinstance(v, str) and v.isdigit()]
    same(f"{out} 合格", expect["合格"], sorted(numbers))
    text = [v for s in passed for row in s.iter_rows(values_only=True) for v in row if v is not None]
    if any("　" in str(v) and "試験" not in str(v) for v in text):
        wrong.append(f"{out} 合格者名簿 holds a name")


def names(out, expect):
    rows = sheet(out / "変更予定一覧.xlsx", "変更予定", "今の名前")
    folder = {r["フォルダ"] or "" for r in rows}
    path = lambda r, n: (f"{r['フォルダ']}/" if r["フォルダ"] else "") + r[n]  # noqa: E731
    found = {path(r, "今の名前"): r["新しい名前"] for r in rows}
    prefix = next((f.split("/")[0] for f in folder if f), "")
    if "知らせる" in expect:
        same(f"{out}", expect["知らせる"], {r["今の名前"]: r["判定"] for r in rows})
        return
    strip = lambda p: p.removeprefix("共有/").removeprefix("係/")  # noqa: E731
    same(f"{out} {prefix}", expect["変更"], {strip(p): n for p, n in sorted(found.items())})
    if "可否" in expect:
        counts = {r["可否"]: r["ファイル数"] for r in sheet(out / "変更予定一覧.xlsx", "まとめ", "可否")}
        same(f"{out} 可否", expect["可否"], counts)


def notices(out, expect):
    book = openpyxl.load_workbook(out / "交付決定通知書.xlsx")
    same(f"{out} 通知書", expect["notices"], len(book.worksheets))
    found, rows = {}, 0
    for notice in book.worksheets:
        body, last = notice["A4"].value, next(row[0].row for row in notice.iter_rows() if row[0].value == "計")
        amounts = [notice.cell(row, 5).value for row in range(22, last)]
        same(f"{out} {body} 計", sum(amounts), notice.cell(last, 5).value)
        same(f"{out} {body} 金額", f"金 {sum(amounts):,} 円", notice["B18"].value)
        same(f"{out} {body} 印影", 1, len(notice._images))
        found[body], rows = sum(amounts), rows + len(amounts)
    same(f"{out} 交付決定額", expect["granted"], found)
    same(f"{out} 行", expect["rows"], rows)
    listed = sheet(out / "交付決定一覧.xlsx", "交付決定一覧", "法人名")
    same(f"{out} 一覧", expect["granted"], {r["法人名"]: r["交付決定額（円）"] for r in listed[:-1]})
    same(f"{out} 合計", [expect["offices"], expect["rows"], expect["total"]],
         [listed[-1][c] for c in ("事業所数", "件数", "交付決定額（円）")])
    if "returned" in expect:
        back = sheet(out / "申請一覧（差戻し分）.xlsx", "申請一覧", "受付番号")
        same(f"{out} 差戻し分", expect["returned"], {r["受付番号"]: r["申請額"] for r in back})
    if "whole" in expect:
        # What was granted first and what was granted now are all there is, and no body was granted twice.
        first = sheet(out.parent.parent / expect["before"] / "out" / "交付決定一覧.xlsx", "交付決定一覧", "法人名")[:-1]
        first = {r["法人名"]: r["交付決定額（円）"] for r in first}
        same(f"{out} 全体", expect["whole"], {**first, **found})
        same(f"{out} 二重", [], sorted(first.keys() & found.keys()))


ROOT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
CHECKS = {"test-statistics": statistics, "exam-scoring": exam, "privacy-codes": names, "subsidy-notices": notices}
held = 0
for task, check in CHECKS.items():
    for wanted in sorted((HERE / task).glob("*/expect.json")):
        out = ROOT / task / wanted.parent.name / "out"
        if not out.is_dir() or not any(out.iterdir()):
            wrong.append(f"{out}: no outputs yet")
            continue
        check(out, json.loads(wanted.read_text(encoding="utf-8")))
        held += 1
print(f"{held} cases held, {len(wrong)} differences")
for line in wrong[:60]:
    print(" ", line)
sys.exit(1 if wrong else 0)
