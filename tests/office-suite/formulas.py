"""The cases of the formulas put to LibreOffice: it must come to the same results.   formulas.py [WORKBOOK]

Makes a workbook of engine/book/calc/cases.tsv, lets soffice calculate it in a Japanese setting and compares. Where LibreOffice is known
to differ from Excel the case is listed in DIFFERENT with the reason. With WORKBOOK the workbook is only written there.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree
import zipfile
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHEETS = ["表", "4月", "5月", "6月", "明細", "計算"]
NAMES = {"税率": "明細!$E$1", "範囲": "表!$D$2:$D$6"}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NEWER = ("IFS", "SWITCH", "XLOOKUP", "CONCAT", "TEXTJOIN", "MAXIFS", "MINIFS", "XOR", "IFNA", "RANK.EQ", "DAYS", "DBCS")
# Where LibreOffice is known to differ from Excel. Its own errors it saves as #VALUE!, whatever Excel calls them.
DIFFERENT = {
    '="あ"&1&TRUE': "TRUE becomes the text 1",
    '="z"<FALSE': "a truth value is a number",
    "=SUM('4月:6月'!A1)": "references through sheets are not read from this file",
    '=SUM(1,"2",TRUE)': "a text among the arguments is an error",
    '=LEN("𠮷野")': "counts characters, not UTF-16",
    "=YEAR(-1)": "has days before 1900",
}
MISSING = ("XLOOKUP", "DBCS")


def cases():
    cells, formulas, behind = [], [], False
    for line in (ROOT / "engine/book/calc/cases.tsv").read_text(encoding="utf-8").splitlines():
        behind |= not line
        if line and not line.startswith("#"):
            (formulas if behind else cells).append(line.split("\t"))
    return cells, formulas


def cell(at, value):
    if value.startswith('"'):
        return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value[1:-1])}</t></is></c>'
    if value in ("TRUE", "FALSE"):
        return f'<c r="{at}" t="b"><v>{int(value == "TRUE")}</v></c>'
    return f'<c r="{at}" t="e"><v>{value}</v></c>' if value.startswith("#") else f'<c r="{at}"><v>{value}</v></c>'


def prefixed(formula):
    return re.sub(r"(?<![A-Z.])(" + "|".join(map(re.escape, NEWER)) + r")\(", r"_xlfn.\1(", formula)


def formula_cell(at, written):
    text = escape(prefixed(written.strip("{}")[1:]))
    return f'<c r="{at}"><f t="array" ref="{at}">{text}</f></c>' if written.startswith("{") else f'<c r="{at}"><f>{text}</f></c>'


def workbook(path):
    cells, formulas = cases()
    rows = {sheet: {} for sheet in SHEETS}
    for where, value in cells:
        sheet, at = where.split("!")
        letters, row = re.match(r"([A-Z]+)(\d+)", at).groups()
        rows[sheet].setdefault(int(row), []).append((len(letters), letters, cell(at, value)))
    for nth, (written, _) in enumerate(formulas, 1):
        rows["計算"][nth] = [(1, "A", formula_cell(f"A{nth}", written))]
    xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        kinds = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
                        'spreadsheetml.worksheet+xml"/>' for n in range(1, 7))
        out.writestr("[Content_Types].xml", f'{xml}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.'
                     'openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
                     f'officedocument.spreadsheetml.sheet.main+xml"/>{kinds}</Types>')
        out.writestr("_rels/.rels", f'{xml}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/'
                     'officeDocument" Target="xl/workbook.xml"/></Relationships>')
        sheets = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(SHEETS, 1))
        names = "".join(f'<definedName name="{name}">{text}</definedName>' for name, text in NAMES.items())
        out.writestr("xl/workbook.xml", f'{xml}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets>'
                     f'<definedNames>{names}</definedNames></workbook>')
        out.writestr("xl/_rels/workbook.xml.rels", f'{xml}<Relationships xmlns="{PACKAGE}/relationships">' + "".join(
            f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in range(1, 7)) + "</Relationships>")
        for n, name in enumerate(SHEETS, 1):
            body = "".join(f'<row r="{row}">{"".join(text for *_, text in sorted(cells))}</row>' for row, cells in sorted(rows[name].items()))
            out.writestr(f"xl/worksheets/sheet{n}.xml", f'{xml}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>')


def convert(path, kind, folder):
    """A file through soffice, in a profile of its own whose country is Japan."""
    profile = pathlib.Path(folder) / "profile" / "user"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/'
        'L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>ja-JP</value></prop></item></oor:items>', encoding="utf-8")
    out = pathlib.Path(folder) / "out"
    subprocess.run(["soffice", f"-env:UserInstallation={profile.parent.as_uri()}", "--headless", "--convert-to", kind, "--outdir", out, path],
                   check=True, capture_output=True, timeout=300)
    return out / (pathlib.Path(path).stem + "." + kind.split(":")[0])


def results(path, sheet="xl/worksheets/sheet6.xml"):
    """Column A of a sheet: row to value, as the cases write it."""
    with zipfile.ZipFile(path) as book:
        texts = []
        if "xl/sharedStrings.xml" in book.namelist():
            texts = ["".join(t.text or "" for t in item.iter(f"{{{MAIN}}}t")) for item in tree.fromstring(book.read("xl/sharedStrings.xml"))]
        found = {}
        for c in tree.fromstring(book.read(sheet)).iter(f"{{{MAIN}}}c"):
            value, kind = c.findtext(f"{{{MAIN}}}v"), c.get("t", "n")
            if not re.fullmatch(r"A\d+", c.get("r")):
                continue
            if kind in ("str", "s", "inlineStr"):
                found[int(c.get("r")[1:])] = '"' + (texts[int(value)] if kind == "s" else value or "") + '"'
            elif value is not None:
                found[int(c.get("r")[1:])] = ("TRUE" if value == "1" else "FALSE") if kind == "b" else value
    return found


def same(a, b):
    if a == "#VALUE!" and b.startswith("#"):
        return True
    try:
        return abs(float(a) - float(b)) <= 1e-12 * max(abs(float(a)), abs(float(b)), 1e-3)
    except ValueError:
        return a == b


def main():
    if len(sys.argv) > 1:
        return workbook(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder) / "cases.xlsx"
        workbook(made)
        found = results(convert(made, "xlsx", folder))
    wrong = asked = 0
    for nth, (formula, expected) in enumerate(cases()[1], 1):
        if expected == "?" or any(f"{name}(" in formula for name in ("TODAY", "NOW", *MISSING)):
            continue
        asked += 1
        have = found.get(nth, "nothing")
        if formula in DIFFERENT:
            assert not same(have, expected), f"{formula}: LibreOffice agrees by now"
        elif not same(have, expected):
            wrong += 1
            print(f"{formula}: LibreOffice {have}, we {expected}")
    print(f"{asked} cases, {len(DIFFERENT)} known to differ, {wrong} wrong; {', '.join(MISSING)} may be unknown to it and were not asked")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
