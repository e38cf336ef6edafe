#!/usr/bin/env python3
"""Makes the benchmark's data: the seed is fixed, so each machine has the same content.

    gen.py DIR [w1 w2 w3 w4 w4_rules w5 w6 small read edit mark]      (default: all)

W1 takes about a minute and 1 GiB. All workbooks use shared strings, r= on each cell and deflate level 6, like those that Excel saves.
"""
import csv
import datetime as dt
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import unicodedata
import zipfile
import zlib

import xlsxwriter

SEED = 20240401
CENTRES = [n + "保健所" for n in
    "千代田 中央区 みなと 新宿区 文京 台東 墨田区 江東区 品川区 目黒区 大田区 世田谷 渋谷区 中野区 杉並 池袋 北区 荒川区 板橋区 練馬区 足立 葛飾区 江戸川 八王子市 町田市 西多摩 南多摩 多摩立川 多摩府中 多摩小平 島しょ".split()]
AGES = ["10歳未満", "10代", "20代", "30代", "40代", "50代", "60代", "70代", "80代", "90歳以上"]
SEX = ["男", "女"]
RESULT = ["陰性", "陰性", "陰性", "陰性", "陽性", "判定不能"]
MUNI = ("八王子市 立川市 武蔵野市 三鷹市 青梅市 府中市 昭島市 調布市 町田市 小金井市 小平市 日野市 東村山市 国分寺市 国立市 "
        "福生市 狛江市 東大和市 清瀬市 東久留米市 武蔵村山市 多摩市 稲城市 羽村市 あきる野市 西東京市 瑞穂町 日の出町 檜原村").split()
SEI = "架空 見本 例示 仮名 試験 模擬 想定 仮想 例題 仮例田 見本沢 架空川 模擬山 試験原 想定谷 例示島 仮名井 架空木 見本林 例題森 髙例 﨑例".split()      # none of them is anybody's
MEI = "太郎 花子 一郎 美咲 健 陽子 翔 さくら 大輔 由美 誠 恵 隆 直美 学 千尋 博 薫 豊 瞳".split()
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
EPOCH = dt.date(1899, 12, 30)
FW = {c: c + 0xFEE0 for c in range(0x21, 0x7F)}      # half-width to full-width


def rng(tag):
    return random.Random(f"{SEED}:{tag}")


def serial(d):
    return (d - EPOCH).days


def w1(out, rows=1_000_000, name="w1.xlsx"):
    r = rng("w1")
    wb = xlsxwriter.Workbook(os.path.join(out, name))
    ws = wb.add_worksheet("検査記録")
    date = wb.add_format({"num_format": "yyyy/mm/dd"})
    head = wb.add_format({"bold": True, "bg_color": "#DDEBF7"})
    ws.write_row(0, 0, ["検査日", "保健所", "年代", "性別", "結果", "検査数", "陽性数", "備考"], head)
    d0 = dt.date(2024, 4, 1)
    s0 = serial(d0)
    agg = {}
    for i in range(1, rows + 1):
        day = int(r.random() * 365)
        c = CENTRES[int(r.random() * 31)]
        res = RESULT[int(r.random() * 6)]
        t = 1 + int(r.random() * 40)
        p = int(r.random() * (t + 1)) if res == "陽性" else 0
        ws.write_number(i, 0, s0 + day, date)
        ws.write_string(i, 1, c)
        ws.write_string(i, 2, AGES[int(r.random() * 10)])
        ws.write_string(i, 3, SEX[int(r.random() * 2)])
        ws.write_string(i, 4, res)
        ws.write_number(i, 5, t)
        ws.write_number(i, 6, p)
        x = r.random()
        if x < 0.1:
            ws.write_string(i, 7, f"再検査 受付番号{int(r.random() * 900000) + 100000}")
        elif x < 0.2:
            ws.write_string(i, 7, "要確認")
        wk = s0 + day - day % 7          # 2024-04-01 is a Monday
        a = agg.setdefault((c, wk), [0, 0, 0])
        a[0] += 1; a[1] += t; a[2] += p
    wb.close()
    with open(os.path.join(out, name.replace(".xlsx", ".expected.json")), "w") as f:
        json.dump([[c, wk, *v] for (c, wk), v in sorted(agg.items())], f, ensure_ascii=False)


W2_COLS = ["通番", "受付日", "氏名", "住所", "区分", "件数A", "件数B", "件数C", "合計", "金額", "担当", "備考"]


def w2_book(path, r, muni, no, month, bad):
    wb = xlsxwriter.Workbook(path)
    ws = wb.add_worksheet("報告")
    t = wb.add_format({"bold": True, "align": "center", "font_size": 14})
    h = wb.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "bg_color": "#E2EFDA"})
    b = wb.add_format({"border": 1})
    n = wb.add_format({"border": 1, "num_format": "#,##0"})
    d = wb.add_format({"border": 1, "num_format": "yyyy/mm/dd"})
    ws.merge_range("A1:L1", "月次実績報告書", t)
    ws.write("A2", "市町村名", h); ws.merge_range("B2:D2", muni, b)
    ws.write("A3", "報告月", h); ws.merge_range("B3:D3", month, b)
    ws.write("I2", "報告番号", h); ws.merge_range("J2:L2", no, n)
    for c, x in enumerate(W2_COLS):
        if c in (5, 6, 7):
            continue
        ws.merge_range(3, c, 4, c, x, h)
    ws.merge_range("F4:H4", "件数", h)
    for c in (5, 6, 7):
        ws.write(4, c, W2_COLS[c], h)
    errs = 0
    for i in range(60):
        y = 5 + i
        a, e, f = (r.randrange(50) for _ in range(3))
        tot = a + e + f
        row = [i + 1, serial(dt.date(2024, 4, 1)) + r.randrange(365), r.choice(SEI) + " " + r.choice(MEI),
               "東京都" + muni + f"{r.randrange(1, 9)}-{r.randrange(1, 30)}-{r.randrange(1, 20)}",
               r.choice("甲乙丙"), a, e, f, tot, tot * 1250, r.choice(SEI), None]
        if bad and r.random() < 0.03:
            k = r.randrange(4); errs += 1
            if k == 0: row[2] = None                     # required value missing
            elif k == 1: row[5] = str(a).translate(FW) + "件"   # a number with its unit as text
            elif k == 2: row[8] = tot + 1                # total does not match
            else: row[1] = "令和6年13月1日"                # no such date
        elif r.random() < 0.05:
            row[5] = str(a).translate(FW)                # full-width digits: to be read as a number
        for c, v in enumerate(row):
            ws.write(y, c, v, d if c == 1 else n if c in (5, 6, 7, 8, 9) else b)
    ws.set_column(2, 3, 22)
    wb.close()
    return errs


def w2(out):
    r = rng("w2")
    d = os.path.join(out, "w2"); os.makedirs(d, exist_ok=True)
    errs = 0
    for k in range(500):
        muni = MUNI[k % 29]
        errs += w2_book(os.path.join(d, f"報告_{k % 29 + 1:02}_{muni}_{k:03}.xlsx"), r, muni, k + 1,
                        f"令和6年{k // 29 % 12 + 1}月", k % 3 == 0)
    json.dump({"rows": 30000, "errors": errs}, open(os.path.join(out, "w2.expected.json"), "w"))


SUBJECTS = ["国語", "数学", "理科", "社会", "英語"]


def w3(out):
    r = rng("w3")
    key = []
    wb = xlsxwriter.Workbook(os.path.join(out, "w3_key.xlsx"))
    ws = wb.add_worksheet("正答表")
    ws.write_row(0, 0, ["問番号", "科目", "正答", "配点"])
    for q in range(100):
        k = (q + 1, SUBJECTS[q // 20], r.choice("アイウエオ"), r.choice([4, 5, 5, 6]))
        key.append(k); ws.write_row(q + 1, 0, k)
    wb.close()
    with open(os.path.join(out, "w3_answers.csv"), "w", encoding="cp932", newline="") as f:
        w = csv.writer(f, lineterminator="\r\n")
        w.writerow(["受験番号", "氏名"] + [f"問{q + 1}" for q in range(100)])
        for i in range(20000):
            skill = r.gauss(0.62, 0.15)
            row = [f"A{i + 1:05}", (r.choice(SEI[:20]) + " " + r.choice(MEI))]
            for q in range(100):
                x = r.random()
                if x < 0.01: row.append("")
                elif x < 0.015: row.append("*")                   # double mark
                elif r.random() < skill: row.append(key[q][2])
                else: row.append(r.choice("アイウエオ"))
            w.writerow(row)


W4_KINDS = [("検査結果", "A"), ("申請書", "B"), ("同意書", "C"), ("問診票", "D"), ("紹介状", "E"), ("請求書", "F"), ("名簿", "G"), ("台帳", "H"), ("議事録", None), ("通知", None)]


def w4(out, n=100_000):
    """100 folders x 10 sub-folders x 100 empty files, and rules.csv (regex, code)."""
    base = os.path.join(out, "w4")
    r = rng("w4")
    for a in range(n // 1000):
        for m in range(10):
            d = os.path.join(base, f"{a + 1:03}_{CENTRES[a % 31]}", f"2024年度_{m + 1:02}月")
            os.makedirs(d, exist_ok=True)
            for k in range(100):
                kind = r.choice(W4_KINDS)[0]
                p = os.path.join(d, f"2024{m + 1:02}{k % 28 + 1:02}_{kind}_{r.choice(SEI[:20])}_{k:03}.xlsx")
                os.close(os.open(p, os.O_CREAT | os.O_WRONLY))


def w4_rules(out):
    with open(os.path.join(out, "w4_rules.csv"), "w", encoding="utf-8", newline="") as f:
        w = csv.writer(f)
        w.writerow(["正規表現", "コード"])
        for kind, c in W4_KINDS:
            if c:
                w.writerow([rf"^\d{{8}}_{kind}_.+_\d{{3}}\.xlsx$", f"【個{c}】"])


def w6(out, n=200_000):
    r = rng("w6")
    ids = list(range(n)); r.shuffle(ids)

    def key(i, style):
        s = f"{KANA[i % 44]}{KANA[i // 44 % 44]}-{i:07}"
        if style == 1: s = s.translate(FW)
        elif style == 2: s = half(s)
        return s

    HALF = {unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFF66, 0xFF9E)}

    def half(s):
        return "".join(HALF.get(c, c) for c in s)
    for name, head in (("w6_a.xlsx", ["住民番号", "氏名", "フリガナ", "生年月日", "住所", "電話"]),
                       ("w6_b.xlsx", ["番号", "受診日", "医療機関", "判定", "検査値1", "検査値2", "金額"])):
        wb = xlsxwriter.Workbook(os.path.join(out, name))
        ws = wb.add_worksheet("データ")
        dfm = wb.add_format({"num_format": "yyyy/mm/dd"})
        ws.write_row(0, 0, head)
        isa = name == "w6_a.xlsx"
        if not isa:
            r.shuffle(ids)
        for y, i in enumerate(ids, 1):
            if isa:
                ws.write_string(y, 0, key(i, r.randrange(3)))
                ws.write_string(y, 1, r.choice(SEI) + " " + r.choice(MEI))
                ws.write_string(y, 2, half("".join(r.choices(KANA, k=4)) + " " + "".join(r.choices(KANA, k=3))))
                ws.write_number(y, 3, 12000 + r.randrange(30000), dfm)
                ws.write_string(y, 4, f"東京都{r.choice(MUNI)}{r.randrange(1, 9)}-{r.randrange(1, 40)}-{r.randrange(1, 30)}")
                ws.write_string(y, 5, f"000-{r.randrange(300, 600)}-{r.randrange(1000, 9999)}")
            else:
                j = i if r.random() < 0.97 else i + n          # 3 % without a partner
                ws.write_string(y, 0, key(j, r.randrange(3)))
                ws.write_number(y, 1, 45383 + r.randrange(365), dfm)
                ws.write_string(y, 2, r.choice(MUNI)[:-1] + "中央病院")
                ws.write_string(y, 3, r.choice("ABCDE"))
                ws.write_number(y, 4, round(r.uniform(3, 12), 1))
                ws.write_number(y, 5, round(r.uniform(60, 180), 1))
                ws.write_number(y, 6, r.randrange(1, 200) * 110)
        wb.close()


def small(out):
    w2_book(os.path.join(out, "small.xlsx"), rng("w7"), "八王子市", 1, "令和6年4月", False)


def picture():
    """A logo of 240 x 60 pixels as PNG."""
    pixel = lambda x, y: bytes([x * 5 // 10 % 256, x * 11 // 10 % 256, 160]) if (x // 5 * 37) % 45 < y and x % 5 else b"\xff\xff\xff"
    rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(240)) for y in range(60))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 240, 60, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


W5_FIELDS = ["番号", "申請日", "市町村", "代表者", "住所", "電話", "事業名", "合計額"]


def w5(out):
    """A form with a picture, a chart, merges, a conditional format and validations, and the 300 rows that fill it."""
    r = rng("w5")
    logo = os.path.join(out, "w5_logo.png")
    with open(logo, "wb") as f:
        f.write(picture())
    wb = xlsxwriter.Workbook(os.path.join(out, "w5_template.xlsx"))
    ws = wb.add_worksheet("申請書")
    form = lambda **k: wb.add_format({"border": 1, "font_name": "MS 明朝", **k})
    title = form(bold=True, font_size=18, align="center", valign="vcenter")
    label, plain, money = form(bg_color="#F2F2F2"), form(), form(num_format="#,##0")
    looks = {"申請日": form(num_format="yyyy/mm/dd"), "合計額": form(num_format="#,##0")}
    ws.merge_range("A1:H2", "補助金交付申請書", title)
    ws.insert_image("A4", logo)
    for i, name in enumerate(W5_FIELDS):
        ws.merge_range(9 + i, 0, 9 + i, 1, name, label)
        ws.merge_range(9 + i, 2, 9 + i, 7, "{{" + name + "}}", looks.get(name, plain))
    ws.write_row(19, 0, ["月", "件数", "金額"], label)
    for m in range(12):
        ws.write(20 + m, 0, f"{m + 1}月", plain)
        ws.write(20 + m, 1, "{{件数%d}}" % (m + 1), plain)
        ws.write(20 + m, 2, "{{金額%d}}" % (m + 1), money)
    ws.write(32, 0, "計", label)
    ws.write_formula(32, 1, "=SUM(B21:B32)", plain)
    ws.write_formula(32, 2, "=SUM(C21:C32)", money)
    chart = wb.add_chart({"type": "column"})
    chart.add_series({"name": "金額", "categories": "=申請書!$A$21:$A$32", "values": "=申請書!$C$21:$C$32"})
    chart.set_title({"name": "月別金額"})
    ws.insert_chart("E20", chart)
    ws.conditional_format("C21:C32", {"type": "cell", "criteria": ">", "value": 400000, "format": wb.add_format({"bg_color": "#FFC7CE"})})
    ws.data_validation("C12:C12", {"validate": "list", "source": MUNI[:20]})
    ws.set_column(0, 7, 12); ws.set_paper(9); ws.print_area("A1:H40"); ws.set_footer("&P / &N")
    wb.add_worksheet("記入要領").write_column(0, 0, [f"{i}. 記入上の注意" for i in range(1, 40)])
    wb.close()
    wb = xlsxwriter.Workbook(os.path.join(out, "w5_list.xlsx"))
    ws = wb.add_worksheet("一覧")
    date = wb.add_format({"num_format": "yyyy/mm/dd"})
    ws.write_row(0, 0, W5_FIELDS + [f"件数{m}" for m in range(1, 13)] + [f"金額{m}" for m in range(1, 13)])
    for i in range(300):
        counts = [r.randrange(1, 100) for _ in range(12)]
        sums = [x * 5000 for x in counts]
        muni = MUNI[i % 29]
        ws.write_row(i + 1, 0, [i + 1, None, muni, r.choice(SEI) + " " + r.choice(MEI), f"東京都{muni}{r.randrange(1, 9)}-{r.randrange(1, 30)}",
                                f"000-{r.randrange(300, 600)}-{r.randrange(1000, 9999)}", "感染症対策事業 <第%d期>&調査" % (i % 4 + 1), sum(sums)] + counts + sums)
        ws.write_number(i + 1, 1, serial(dt.date(2024, 4, 1)) + r.randrange(365), date)
    wb.close()


def read(out, rows=200_000):
    """The content of w1, shorter, as several programs write it: xlsxwriter, openpyxl, LibreOffice if it is there, and in the form of Excel."""
    first = os.path.join(out, "read_xlsxwriter.xlsx")
    w1(out, rows, os.path.basename(first))
    as_openpyxl(first, os.path.join(out, "read_openpyxl.xlsx"))
    as_excel(first, os.path.join(out, "read_excel.xlsx"))
    office = shutil.which("soffice")
    if office:
        there = os.path.join(out, "libreoffice")
        subprocess.run([office, f"-env:UserInstallation=file://{os.path.abspath(there)}/profile", "--headless", "--convert-to",
                        "xlsx:Calc MS Excel 2007 XML", "--outdir", there, first], check=True, stdout=subprocess.DEVNULL)
        os.replace(os.path.join(there, os.path.basename(first)), os.path.join(out, "read_libreoffice.xlsx"))
        shutil.rmtree(there)


def as_openpyxl(source, target):
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from python_calamine import CalamineWorkbook
    book = Workbook(write_only=True)
    sheet = book.create_sheet("検査記録")
    for row in CalamineWorkbook.from_path(source).get_sheet_by_index(0).iter_rows():
        cells = [None if v == "" else v for v in row]
        if isinstance(cells[0], (dt.date, dt.datetime)):
            cell = WriteOnlyCell(sheet, cells[0])
            cell.number_format = "yyyy/mm/dd"
            cells[0] = cell
        sheet.append(cells)
    book.save(target)


def as_excel(source, target):
    """No Excel is at hand: the parts of xlsxwriter's file in the form in which a Japanese Excel writes them, with readings, extents and its namespaces."""
    namespaces = ('xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac xr" '
                  'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" '
                  'xr:uid="{00000000-0001-0000-0000-000000000000}">')
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = data.decode()
                text = re.sub(r"(<worksheet [^>]*)>", lambda m: m[1] + " " + namespaces, text, count=1)
                data = re.sub(r'(<row r="\d+" spans="1:8")>', r'\1 x14ac:dyDescent="0.4">', text).encode()
            elif name == "xl/sharedStrings.xml":
                reading = '</t><rPh sb="0" eb="2"><t>フリガナ</t></rPh><phoneticPr fontId="1"/></si>'
                data = data.decode().replace("</t></si>", reading).encode()
            new.writestr(name, data)


def edit(out):
    """The smaller of the workbooks in which one cell is edited; the larger one is that of w1."""
    w1(out, 50_000, "edit.xlsx")


def mark(out):
    """The workbook that is marked."""
    w1(out, 20_000, "mark.xlsx")


if __name__ == "__main__":
    out = sys.argv[1]; os.makedirs(out, exist_ok=True)
    for w in sys.argv[2:] or ["w1", "w2", "w3", "w4", "w4_rules", "w5", "w6", "small", "read", "edit", "mark"]:
        globals()[w](out); print(w, "ok", flush=True)
