"""The templates, the seal and the cases of scripts/subsidy-notices, and an independent calculation of what they must give."""

import io
import re
import struct
import zipfile
import zlib
from decimal import ROUND_FLOOR, Decimal

import xlsxwriter

from make_office import FIXED, HERE, Case, Styled, table, wide

TASK = "subsidy-notices"
SCRIPT = HERE.parent / "scripts" / TASK
HEADER = ["受付番号", "法人名", "代表者", "事業所番号", "事業所名", "サービス種類", "加算区分", "対象月", "総単位数", "単価", "交付率", "申請額"]
RATES = {"訪問介護": "2.1", "通所介護": "1.0", "介護予防認知症対応型共同生活介護": "2.0", "介護福祉施設サービス": "1.4", "介護保健施設サービス": "0.8",
         "小規模多機能型居宅介護": "1.6", "地域密着型通所介護": "1.0"}
BODIES = [
    ("社会福祉法人　見本会", "理事長　見本　花子", [("2490000011", "特別養護老人ホーム見本園", "介護福祉施設サービス", "10.14"),
                                          ("2490000029", "見本園デイサービス", "通所介護", "10.14")]),
    ("社会福祉法人　例示福祉会", "理事長　例示　次郎", [("2490000037", "例示の里", "介護福祉施設サービス", "10.00"),
                                            ("2490000045", "例示の里ヘルパー", "訪問介護", "10.00")]),
    ("医療法人　架空会", "理事長　架空　三郎", [("2490000052", "老健かくう", "介護保健施設サービス", "10.27")]),
    ("株式会社　仮名ケア", "代表取締役　仮名　一子", [("2490000060", "仮名ケア訪問介護", "訪問介護", "10.42"),
                                            ("2490000078", "仮名ケア小規模多機能", "小規模多機能型居宅介護", "10.33")]),
    ("特定非営利活動法人　試験の会", "理事　試験　四郎", [("2490000086", "グループホーム試験", "介護予防認知症対応型共同生活介護", "10.00")]),
    ("有限会社　練習サポート", "代表取締役　練習　五月", [("2490000094", "練習デイ", "地域密着型通所介護", "10.00")]),
    ("合同会社　雛形介護", "代表社員　雛形　六実", [("2490000102", "ひながた訪問", "訪問介護", "10.21")]),
]


def amount(units, price, rate):
    return int((Decimal(units) * Decimal(price) * Decimal(rate) / 100).to_integral_value(ROUND_FLOOR))


# ── the seal: four letters drawn with a thick pen, 見本之印 ──

STROKES = {
    "見": [[(27, 10), (75, 10), (75, 58), (27, 58), (27, 10)], [(27, 26), (75, 26)], [(27, 42), (75, 42)], [(42, 58), (36, 78), (14, 92)],
          [(60, 58), (60, 86), (90, 86), (90, 74)]],
    "本": [[(10, 30), (90, 30)], [(50, 8), (50, 94)], [(48, 32), (12, 76)], [(52, 32), (88, 76)], [(32, 72), (68, 72)]],
    "之": [[(44, 8), (54, 20)], [(20, 32), (78, 32), (24, 72), (12, 90)], [(22, 76), (40, 86), (92, 90)]],
    "印": [[(44, 12), (20, 22), (20, 82), (48, 74)], [(20, 50), (46, 50)], [(58, 20), (88, 20), (88, 66), (76, 64)], [(58, 20), (58, 94)]],
}


def seal(side=240):
    """A red square seal on nothing, as PNG."""
    lines = []
    for letter, (left, top) in zip("見本之印", [(120, 22), (120, 120), (22, 22), (22, 120)]):
        for stroke in STROKES[letter]:
            points = [(left + x * 0.98, top + y * 0.98) for x, y in stroke]
            lines += [(a, b, 4.2) for a, b in zip(points, points[1:])]
    frame = [(8, 8), (232, 8), (232, 232), (8, 232), (8, 8)]
    lines += [(a, b, 5.0) for a, b in zip(frame, frame[1:])]
    dots = bytearray(side * side)
    for (x1, y1), (x2, y2), thick in lines:
        for y in range(max(0, int(min(y1, y2) - thick - 1)), min(side, int(max(y1, y2) + thick + 2))):
            for x in range(max(0, int(min(x1, x2) - thick - 1)), min(side, int(max(x1, x2) + thick + 2))):
                length = (x2 - x1) ** 2 + (y2 - y1) ** 2
                part = max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length))
                away = ((x - x1 - part * (x2 - x1)) ** 2 + (y - y1 - part * (y2 - y1)) ** 2) ** 0.5
                shade = int(255 * max(0.0, min(1.0, thick - away + 0.5)))
                dots[y * side + x] = max(dots[y * side + x], shade)
    rows = b"".join(b"\0" + b"".join(bytes((200, 30, 30, a)) for a in dots[y * side:(y + 1) * side]) for y in range(side))
    return png(side, side, 6, rows)


def png(width, height, kind, rows):
    def piece(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", zlib.compress(rows, 9)) + piece(b"IEND", b"")


# ── the templates ──

def template(write):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"author": "見本 花子", "created": FIXED})
    write(book)
    book.close()
    return buffer.getvalue()


def notice(book):
    def look(**more):
        return book.add_format({"font_name": "ＭＳ 明朝", "font_size": 11, "valign": "vcenter", **more})

    sheet = book.add_worksheet("{{#法人}}{{番号}} {{法人名}}")
    sheet.set_paper(9)
    sheet.set_margins(left=0.9, right=0.7, top=0.9, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.set_default_row(20)
    for column, width in enumerate([13, 27, 27, 11, 13]):
        sheet.set_column(column, column, width, look())
    sheet.merge_range("D1:E1", "{{文書番号}}", look(align="right"))
    sheet.merge_range("D2:E2", "{{決定日:ggge年m月d日}}", look(align="right"))
    sheet.write("A4", "{{法人名}}", look())
    sheet.write("A5", "{{代表者}}　様", look())
    sheet.merge_range("C7:D9", "{{知事名}}", look(align="right"))
    sheet.merge_range("E7:E9", "{{画像:印影}}", look(align="center"))
    for row in (6, 7, 8):
        sheet.set_row(row, 26)
    sheet.set_row(10, 30)
    sheet.merge_range("A11:E11", "介護職員処遇改善支援補助金交付決定通知書", look(font_size=15, align="center"))
    for row in (12, 13):
        sheet.set_row(row, 22)
    sheet.merge_range("A13:E14", "　申請のありました標記の補助金について、次のとおり交付することに決定しましたので、見本県補助金等交付規則の定めるところにより、通知します。",
                      look(text_wrap=True, valign="top"))
    sheet.merge_range("A16:E16", "記", look(align="center"))
    sheet.set_row(17, 26)
    sheet.write("A18", "１　交付決定額", look())
    sheet.write("B18", "金 {{交付決定額:#,##0}} 円", look(font_size=14, bottom=1))
    sheet.write("A20", "２　内訳（{{件数}}件）", look())
    head = look(border=1, align="center", bg_color="#E7E6E6")
    for column, text in enumerate(["事業所番号", "事業所名", "サービス種類", "対象月", "交付額（円）"]):
        sheet.write(20, column, text, head)
    cell, middle = look(border=1, shrink=True), look(border=1, align="center")
    sheet.write("A22", "{{#明細}}{{事業所番号}}", middle)
    sheet.write("B22", "{{事業所名}}", cell)
    sheet.write("C22", "{{サービス種類}}", cell)
    sheet.write("D22", "{{対象月:ggge年m月}}", look(border=1, align="center", shrink=True))
    sheet.write("E22", "{{申請額}}{{/明細}}", look(border=1, num_format="#,##0"))
    sheet.merge_range("A23:D23", "計", head)
    sheet.write("E23", "{{交付決定額}}", look(border=1, num_format="#,##0", bg_color="#E7E6E6"))
    sheet.merge_range("A25:E26", "（この決定に不服があるときの手続は、裏面のとおりです。）", look(font_size=9, valign="top"))
    sheet.repeat_rows(20)


def decided(book):
    def look(**more):
        return book.add_format({"font_name": "ＭＳ ゴシック", "font_size": 11, "valign": "vcenter", **more})

    sheet = book.add_worksheet("交付決定一覧")
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_default_row(20)
    for column, width in enumerate([6, 20, 40, 12, 10, 18]):
        sheet.set_column(column, column, width, look())
    sheet.set_row(0, 28)
    sheet.merge_range("A1:F1", "介護職員処遇改善支援補助金　交付決定一覧", look(font_size=15, align="center"))
    sheet.merge_range("E2:F2", "{{決定日:ggge年m月d日}}決定", look(align="right"))
    head = look(border=1, align="center", bg_color="#DDEBF7")
    for column, text in enumerate(["番号", "文書番号", "法人名", "事業所数", "件数", "交付決定額（円）"]):
        sheet.write(3, column, text, head)
    cells = ["{{#一覧}}{{連番}}", "{{文書番号}}", "{{法人名}}", "{{事業所数}}", "{{件数}}", "{{交付決定額}}{{/一覧}}"]
    for column, text in enumerate(cells):
        more = {"align": "center"} if column in (0, 1) else {"num_format": "#,##0"} if column > 2 else {}
        sheet.write(4, column, text, look(border=1, **more))
    sheet.merge_range("A6:C6", "合計（{{一覧.件数}}法人）", head)
    for column, text in ((3, "{{事業所数の計}}"), (4, "{{件数の計}}"), (5, "{{合計額}}")):
        sheet.write(5, column, text, look(border=1, num_format="#,##0", bg_color="#DDEBF7"))
    sheet.repeat_rows(3)
    sheet.freeze_panes(4, 0)


# ── the lists of applications ──

def applications(bodies, months):
    """Rows as an applicant's office fills them in, and what each body is granted."""
    rows, granted, nth = [], {}, 0
    for body, head, offices in bodies:
        for number, office, service, price in offices:
            for month in months:
                nth += 1
                units = 182_340 + nth * 7_919 % 90_000
                money = amount(units, price, RATES[service])
                rows.append([f"R4-{nth:03}", body, head, number, office, service, "ⅠⅡⅢ"[nth % 3], f"令和4年{month}月", units, float(price),
                             float(RATES[service]), money])
                granted[body] = granted.get(body, 0) + money
    return rows, granted


def listing(rows, dress=True):
    """The list as a workbook: a title, a line on how to fill it in, the header in the fourth row."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"author": "見本 花子", "created": FIXED})
    sheet = book.add_worksheet("申請一覧")
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#E2EFDA", "align": "center"})
    own = book.add_format({"border": 1, "bg_color": "#FFFF99"})
    plain, money = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "#,##0"})
    sheet.write(0, 0, "介護職員処遇改善支援補助金　申請一覧（架空のものです）", book.add_format({"bold": True, "font_size": 14}))
    sheet.write(1, 0, "黄色の欄だけを入力してください。")
    for column, (name, width) in enumerate(zip(HEADER, [10, 30, 24, 13, 26, 34, 9, 13, 12, 8, 8, 13])):
        sheet.write(3, column, name, head)
        sheet.set_column(column, column, width)
    for r, row in enumerate(rows, 4):
        for c, cell in enumerate(row):
            style = None
            if isinstance(cell, Styled):
                cell, style = cell.value, book.add_format({"border": 1, "num_format": cell.style})
            look = style or (own if c in (8, 10) else money if c == 11 else plain)
            if cell is None:
                sheet.write_blank(r, c, None, look)
            elif isinstance(cell, str):
                sheet.write_string(r, c, cell, look)
            else:
                sheet.write_number(r, c, cell, look)
    if dress:
        sheet.write_comment(3, 10, "百分率で書く。2.1 は 2.1％のこと", {"author": "見本 花子"})
    sheet.freeze_panes(4, 0)
    book.close()
    return buffer.getvalue()


def mended(marked, cells):
    """A marked copy in which somebody put other values into cells of the list, and nothing else: numbers, or texts in quotes."""
    source = zipfile.ZipFile(io.BytesIO(marked))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                text = data.decode()
                for cell, value in cells.items():
                    inside = f"<v>{value}</v>" if not isinstance(value, str) else f"<is><t>{value}</t></is>"
                    kind = "" if not isinstance(value, str) else ' t="inlineStr"'
                    text, count = re.subn(rf'<c r="{cell}"( s="\d+")?[^>]*?(/>|>.*?</c>)', rf'<c r="{cell}"\1{kind}>{inside}</c>', text)
                    assert count == 1, cell
                data = text.encode()
            fresh = zipfile.ZipInfo(info.filename, (2022, 1, 1, 0, 0, 0))
            fresh.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(fresh, data)
    return target.getvalue()


def expect(case, granted, rows, **more):
    total = sum(granted.values())
    case.expect({"notices": len(granted), "rows": len(rows), "granted": granted, "total": total,
                 "offices": len({row[3] for row in rows}), **more})


def half(now):
    """Bodies whose rows are sound get their notices, the rows of the others come back; mended, they get theirs."""
    good, whole = applications(BODIES[:5], [2, 3])
    rows = [list(row) for row in good]
    rows[1][11] += 1_000
    rows[10][2] = "代表取締役　仮名　二葉"
    rows[12][5] = "訪問看護"
    wrong = {rows[1][1], rows[10][1]}
    case = Case(TASK, "sound-bodies-first", now=now, settings={"合う法人だけ進める": True})
    case.put("申請一覧.xlsx", listing(rows))
    sound = [row for row in good if row[1] not in wrong]
    granted = {body: money for body, money in whole.items() if body not in wrong}
    # As they were sent, not as they should be.
    expect(case, granted, sound, returned={row[0]: row[11] for row in rows if row[1] in wrong})
    copy = case.root / "out" / "申請一覧（差戻し分）.xlsx"
    if not copy.exists():
        return
    # Eight rows came back, in their order: L6 is the second, C9 the fifth, F11 the seventh.
    case = Case(TASK, "the-rest-mended", now=now, settings={"合う法人だけ進める": True, "最初の番号": 101 + len(granted)})
    case.put(copy.name, mended(copy.read_bytes(), {"L6": good[1][11], "C9": good[10][2], "F11": good[12][5]}))
    rest = {body: money for body, money in whole.items() if body in wrong}
    expect(case, rest, [row for row in good if row[1] in wrong], before="sound-bodies-first", whole=whole)


def write():
    SCRIPT.mkdir(parents=True, exist_ok=True)
    (SCRIPT / "公印見本.png").write_bytes(seal())
    (SCRIPT / "通知書.xlsx").write_bytes(template(notice))
    (SCRIPT / "決定一覧.xlsx").write_bytes(template(decided))
    NOW = "2022-06-01T10:00:00"

    rows, granted = applications(BODIES, range(2, 10))
    case = Case(TASK, "seven-bodies", now=NOW)
    case.put("申請一覧.xlsx", listing(rows))
    expect(case, granted, rows)

    # A CSV of another system: full-width figures, rates in three ways, other labels, no zeros lost.
    rows, granted = applications(BODIES[:2], [4])
    for row, rate in zip(rows, ["1.4%", "0.01", "１．４", "2.1"]):
        row[8], row[10], row[11] = wide(f"{row[8]:,}"), rate, f"{row[11]:,}円"
    case = Case(TASK, "from-csv", now=NOW, settings={"文書番号": "見本第{番号}号", "最初の番号": 7})
    labels = ["受付番号", "申請者", "代表者職氏名", *HEADER[3:]]
    case.put("申請一覧.csv", table([labels, *rows]))
    expect(case, granted, rows)

    # The seal lies beside the list.
    rows, granted = applications(BODIES[2:4], [5])
    case = Case(TASK, "with-seal", folder="申請", now=NOW)
    case.put("申請一覧.xlsx", listing(rows))
    red, white = bytes((200, 30, 30)), bytes((255, 255, 255))
    dots = [[x < 4 or x > 55 or y < 4 or y > 75 or 20 < x < 40 and y % 16 < 10 for x in range(60)] for y in range(80)]
    case.put("印影.png", png(60, 80, 2, b"".join(b"\0" + b"".join(red if dot else white for dot in row) for row in dots)))
    expect(case, granted, rows)

    case = Case(TASK, "broken-seal", folder="申請", status="returned", now=NOW)
    case.put("申請一覧.xlsx", listing(rows))
    case.put("印影.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200))

    case = Case(TASK, "broken-seal-cut-off", folder="申請", status="returned", now=NOW)
    case.put("申請一覧.xlsx", listing(rows))
    case.put("印影.png", seal()[:1500])

    # Everything at once, and what becomes of it when it comes back.
    rows, _ = applications(BODIES[:5], [2])
    rows[0][10], rows[0][11] = 2.4, 45_000
    rows[1][8] = None
    rows[2][5] = "訪問看護"
    rows[3][11] += 1_000
    rows[4][7] = "令和4年10月"
    rows[5][3] = "24900000"
    rows.append(list(rows[6]))
    rows[6][2] = "代表取締役　仮名　二葉"
    case = Case(TASK, "broken-everything", status="returned", now=NOW)
    case.put("申請一覧.xlsx", listing(rows))
    copy = case.root / "out" / "申請一覧（指摘つき）.xlsx"

    case = Case(TASK, "broken-empty", status="returned", now=NOW)
    case.put("申請一覧.xlsx", listing([]))

    half(NOW)
    if not copy.exists():
        return
    # The marked copy with three cells mended is still wrong in others, and with all of them it is sound.
    good, granted = applications(BODIES[:5], [2])
    first = {"K5": 1.4, "L5": good[0][11], "I6": good[1][8]}
    case = Case(TASK, "second-round", status="returned", now=NOW)
    case.put(copy.name, mended(copy.read_bytes(), first))
    rest = {"F7": good[2][5], "L8": good[3][11], "H9": good[4][7], "D10": good[5][3], "C11": good[6][2], "H13": "令和4年3月"}
    case = Case(TASK, "third-round", now=NOW)
    case.put(copy.name, mended(copy.read_bytes(), first | rest))
    granted[good[6][1]] += good[6][11]
    expect(case, granted, [*good, good[6]])
