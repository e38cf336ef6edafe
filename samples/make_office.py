"""Writers that give the same bytes on every run: xlsx, xls, CSV, and the broken files."""

import csv
import datetime
import io
import pathlib
import shutil
import unicodedata

import xlsxwriter
import xlwt

HERE = pathlib.Path(__file__).parent
FIXED = datetime.datetime(2022, 1, 1)


class Case:
    """One case: samples/<task>/<name>; `in/` is written anew, `out/` and `says.txt` are left as they were blessed."""

    def __init__(self, task, name, folder="", **about):
        self.root = HERE / task / name
        self.into = self.root / "in" / folder
        shutil.rmtree(self.root / "in", ignore_errors=True)
        self.into.mkdir(parents=True)
        lines = []
        settings = about.pop("settings", None)
        for key, value in about.items():
            lines.append(f'{key} = "{value}"')
        if settings:
            lines.append("")
            lines.append("[settings]")
            for key, value in settings.items():
                lines.append(f"{key} = {toml(value)}")
        if lines:
            (self.root / "case.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def put(self, name, content):
        path = self.into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def expect(self, figures):
        import json
        text = json.dumps(figures, ensure_ascii=False, indent=1, sort_keys=True)
        (self.root / "expect.json").write_text(text + "\n", encoding="utf-8")


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


class Styled:
    """A value with a number format, for `xlsx` and `xls`."""

    def __init__(self, value, style):
        self.value, self.style = value, style


def day(value, style="yyyy/m/d"):
    return Styled(value, style)


def serial(value):
    """The naked day number, as a sheet holds a date that lost its format."""
    return (value - datetime.date(1899, 12, 30)).days


def xlsx(sheets, merges=None, hidden=(), widths=None):
    """`sheets` maps a name to rows of cells (None is blank); `merges` maps a name to (row, column, row, column, text)."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"author": "見本 花子", "created": FIXED})
    formats = {}

    def styled(style):
        if style not in formats:
            formats[style] = book.add_format({"num_format": style})
        return formats[style]

    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for column, width in (widths or {}).items():
            sheet.set_column(column, column, width)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                style = None
                if isinstance(cell, Styled):
                    cell, style = cell.value, styled(cell.style)
                if cell is None:
                    continue
                if isinstance(cell, datetime.datetime):
                    sheet.write_datetime(r, c, cell, style or styled("yyyy/m/d h:mm"))
                elif isinstance(cell, datetime.date):
                    sheet.write_datetime(r, c, datetime.datetime(cell.year, cell.month, cell.day), style or styled("yyyy/m/d"))
                elif isinstance(cell, str):
                    sheet.write_string(r, c, cell, style)
                else:
                    sheet.write_number(r, c, cell, style)
        for first_row, first_column, last_row, last_column, text in (merges or {}).get(name, ()):
            sheet.merge_range(first_row, first_column, last_row, last_column, text, book.add_format({"align": "center"}))
    book.close()
    return buffer.getvalue()


def xls(sheets):
    """The same as a BIFF8 workbook."""
    book = xlwt.Workbook(encoding="utf-8")
    styles = {}

    def styled(style):
        if style not in styles:
            styles[style] = xlwt.easyxf(num_format_str=style)
        return styles[style]

    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                style = xlwt.Style.default_style
                if isinstance(cell, Styled):
                    cell, style = cell.value, styled(cell.style)
                if cell is None:
                    continue
                if isinstance(cell, datetime.datetime) and style is xlwt.Style.default_style:
                    style = styled("yyyy/m/d h:mm")
                elif isinstance(cell, datetime.date) and style is xlwt.Style.default_style:
                    style = styled("yyyy/m/d")
                sheet.write(r, c, cell, style)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def table(rows, encoding="cp932", newline="\r\n", bom=False):
    """A CSV file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=newline)
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
    content = buffer.getvalue().encode(encoding)
    return b"\xef\xbb\xbf" + content if bom else content


def html_as_xls(rows):
    """What many web systems hand out as ".xls"."""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return ("<html><head><meta charset=\"utf-8\"></head><body><table>" + body + "</table></body></html>").encode()


def with_password(content, password="himitsu"):
    """An encrypted container. The salts are fixed, so that the bytes are."""
    import msoffcrypto.format.ooxml
    import msoffcrypto.method.ecma376_agile as agile
    from msoffcrypto.method.container import ecma376_encrypted as container

    count = [0]

    def fixed(length):
        count[0] += 1
        return bytes((count[0] * 31 + n * 7) % 256 for n in range(length))

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return FIXED

    kept = agile._random_buffer, container.datetime
    agile._random_buffer, container.datetime = fixed, Clock
    try:
        target = io.BytesIO()
        msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(content)).encrypt(password, target)
    finally:
        agile._random_buffer, container.datetime = kept
    return target.getvalue()


def owner_file(name):
    """The `~$` file that Excel lays beside an open workbook: the user's name, twice."""
    latin = name.encode("cp932")[:54]
    utf16 = name.encode("utf-16-le")
    content = bytes([len(latin)]) + latin.ljust(54, b" ")
    content += len(name).to_bytes(2, "little") + (utf16 + b" \0" * 54)[:108]
    return content[:165].ljust(165, b" ")


def wide(text):
    """Full-width digits."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def nfd(text):
    return unicodedata.normalize("NFD", text)
