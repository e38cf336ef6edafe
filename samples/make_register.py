"""The register of consultations that makes the figures a prefecture published for half a year, with made-up titles.

54 consultations over 15 departments (13 of them COVID work), 48 improvements, 2,694 h now - 914 h after = 1,780 h saved.
"""

import datetime
import io
import pathlib

import xlsxwriter

HERE = pathlib.Path(__file__).parent
FIXED = datetime.datetime(2022, 1, 1)

# Consultations by department, as published (参考資料 1).
DEPARTMENTS = [
    ("医療保健部", 16), ("総務部", 5), ("子ども・福祉部", 5), ("農林水産部", 5), ("県土整備部", 4), ("環境生活部", 3),
    ("雇用経済部", 3), ("教育委員会事務局", 3), ("戦略企画部", 2), ("出納局", 2), ("病院事業庁", 2), ("防災対策部", 1),
    ("地域連携部", 1), ("人事委員会事務局", 1), ("四日市港管理組合", 1),
]
ASKED, IMPROVED, COVID, BEFORE, AFTER = 54, 48, 13, 2694, 914
# One row stands for three consultations: the cell names three departments with one each.
SHARED = ["総務部", "子ども・福祉部", "農林水産部"]

# The main cases (参考資料 2): department, title, kind, COVID, task, hours before and after.
MAIN = [
    ("医療保健部", "パルスオキシメーター等の配送、感染者の統計、転記、協力金の受付管理の自動化・省力化", "表計算の関数とマクロ", True, "test-statistics", 620, 180),
    ("人事委員会事務局", "職員採用試験の採点結果の集計の自動化", "AI-OCR", False, "exam-scoring", 210, 62),
    ("総務部", "過重労働業務用の集計マクロの不具合への対応", "マクロの改修", False, "", 96, 48),
    ("総務部", "償還事務用シートの作成の自動化", "表計算の関数とマクロ", False, "", 150, 36),
    ("医療保健部", "介護職員処遇改善支援補助金の交付事務の効率化", "表計算の関数とマクロ", False, "", 240, 88),
    ("総務部", "個人情報保護分類記号の一括付加・削除の自動化", "自動化のプログラム", False, "privacy-codes", 130, 12),
]
SUBJECTS = ["月例報告の集計", "照会への回答の取りまとめ", "申請一覧の突合", "現地調査票の転記", "予算要求資料の様式の点検",
            "研修の受付名簿の作成", "アンケートの集計", "通知文の差し込み", "在庫表の更新", "会議資料の配付準備", "勤務実績の確認",
            "補助金台帳の整理"]
KINDS = ["表計算の関数とマクロ", "RPA", "電子申請", "AI-OCR", "業務アプリの改修", "デジタルツールの活用"]


def rows():
    left = dict(DEPARTMENTS)
    for name in SHARED:
        left[name] -= 1
    for department, *_ in MAIN:
        left[department] -= 1
    others = [name for name, _ in DEPARTMENTS for _ in range(left[name])]
    # Six consultations are no improvements: the row of three, and three more.
    open_rows = [("医療保健部", "見送り"), ("県土整備部", "対応中"), ("出納局", "相談")]
    result = []
    for department, title, kind, covid, task, before, after in MAIN:
        result.append([department, 1, title, kind, covid, "改善済", task, before, after, True])
    improved = len(others) - len(open_rows)
    weights = [(at * 7) % 11 + 3 for at in range(improved)]
    befores = shares(BEFORE - sum(case[5] for case in MAIN), weights)
    afters = shares(AFTER - sum(case[6] for case in MAIN), weights)
    covid_left, at = COVID - 1, 0
    waiting = dict(open_rows)
    for nth, department in enumerate(others):
        covid = department == "医療保健部" and covid_left > 0
        covid_left -= covid
        title = f"{SUBJECTS[nth % len(SUBJECTS)]}（{'新型コロナ対応、' if covid else ''}その{nth + 1}）"
        kind = KINDS[nth % len(KINDS)]
        if department in waiting:
            result.append([department, 1, title, kind, covid, waiting.pop(department), "", None, None, False])
        else:
            result.append([department, 1, title, kind, covid, "改善済", "", befores[at], afters[at], False])
            at += 1
    result.append(["、".join(SHARED), "各1", "部局で使うWeb会議の録画の文字起こし", "デジタルツールの活用", False, "対応中", "", None, None, False])
    return result, covid_left


def shares(total, weights):
    """Whole hours by weight that add up to the total."""
    hours = [total * weight // sum(weights) for weight in weights]
    for at in range(total - sum(hours)):
        hours[at] += 1
    return hours


def write():
    entries, covid_left = rows()
    # The rest of the COVID work lies with departments that helped out.
    for entry in reversed(entries):
        if covid_left and entry[0] in ("子ども・福祉部", "雇用経済部") and entry[5] == "改善済":
            entry[4], covid_left = True, covid_left - 1
    count = lambda entry: len(entry[0].split("、"))
    assert sum(count(entry) for entry in entries) == ASKED
    assert sum(count(entry) for entry in entries if entry[5] == "改善済") == IMPROVED
    assert sum(count(entry) for entry in entries if entry[4]) == COVID
    assert (sum(entry[7] or 0 for entry in entries), sum(entry[8] or 0 for entry in entries)) == (BEFORE, AFTER)
    first = datetime.date(2022, 4, 1)
    table = []
    for nth, (department, number, title, kind, covid, status, task, before, after, main) in enumerate(entries):
        day = weekday(first + datetime.timedelta(days=nth * 3 + nth // 4))
        improved = weekday(min(day + datetime.timedelta(days=12 + nth % 9), datetime.date(2022, 9, 30))) if status == "改善済" else None
        specialist = "○" if nth % 5 == 1 and status == "改善済" else None
        table.append([f"R4-{nth + 1:03}", day, department, number, title, kind, "○" if covid else None, None, status, improved, task or None,
                      specialist, before, after, "○" if main else None, None])
    assert all(row[1] <= datetime.date(2022, 9, 30) for row in table)
    folder = HERE / "register"
    folder.mkdir(exist_ok=True)
    (folder / "相談台帳_令和4年度上半期.xlsx").write_bytes(book(table))


def weekday(day):
    """The Friday before, for a day at the weekend; the first of April stays."""
    return day - datetime.timedelta(days=max(day.weekday() - 4, 0))


HEADER = ["番号", "相談日", "部局", "件数", "件名", "種別", "新型コロナ", "その他の区分", "状況", "改善日", "業務", "DX推進スペシャリスト",
          "現状の年間時間", "改善後の年間時間", "主な事例", "備考"]
TARGETS = [
    ["項目", "単位", "現状値", "年度", "目標値", "実績値", "数え方", "項目の説明"],
    ["DX推進スペシャリストが参画した業務改善等の取組件数", "件", 10, "令和8年度", 100, None, "参画件数", "DX推進スペシャリストが参画した、業務改善等の取組の件数"],
    ["デジタルコミュニケーションが定着していると感じる職員の割合", "％", 35.8, "令和8年度", 80, None, None, "職員へのアンケートによる"],
]


def book(table):
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    workbook.set_properties({"created": FIXED})
    bold, day = workbook.add_format({"bold": True, "bg_color": "#DCE6F1"}), workbook.add_format({"num_format": "yyyy/m/d"})
    sheet = workbook.add_worksheet("相談台帳")
    sheet.write(0, 0, "業務改善の相談台帳（令和4年4月1日から9月30日まで）　※件名は見本です")
    for column, name in enumerate(HEADER):
        sheet.write(2, column, name, bold)
    for line, row in enumerate(table):
        for column, value in enumerate(row):
            if isinstance(value, datetime.date):
                sheet.write_datetime(line + 3, column, datetime.datetime.combine(value, datetime.time()), day)
            elif value is not None:
                sheet.write(line + 3, column, value)
    sheet.set_column(0, 3, 12)
    sheet.set_column(4, 4, 50)
    goals = workbook.add_worksheet("目標")
    for line, row in enumerate(TARGETS):
        for column, value in enumerate(row):
            if value is not None:
                goals.write(line, column, value, bold if line == 0 else None)
    goals.set_column(0, 0, 50)
    workbook.close()
    return stream.getvalue()
