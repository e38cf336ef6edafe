"""Workbooks with all that a cell's neighbours can be, saved by three programs.   make.py OUT

openpyxl and XlsxWriter write them themselves, LibreOffice by saving theirs again. Apache POI's are in its own test data; the package of
Debian 12 cannot write xlsx (its schemas do not fit its xmlbeans).
"""
import io
import pathlib
import sys

from formulas import convert

def picture():
    from PIL import Image
    out = io.BytesIO()
    Image.new("RGB", (60, 30), (40, 90, 160)).save(out, "PNG")
    return out


def by_openpyxl(path):
    import openpyxl
    from openpyxl.chart import BarChart, Reference
    from openpyxl.comments import Comment
    from openpyxl.drawing.image import Image
    from openpyxl.formatting.rule import CellIsRule
    from openpyxl.styles import PatternFill
    from openpyxl.workbook.defined_name import DefinedName
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.table import Table
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "明細"
    sheet.append(["品名", "金額", "倍"])
    for row in range(2, 22):
        sheet.append([f"項目{row}", row * 1.5, f"=B{row}*2"])
    sheet["B23"] = "=SUM(B2:B21)"
    sheet.merge_cells("A25:D26")
    sheet["A25"] = "まとめ"
    sheet.add_table(Table(displayName="表1", ref="A1:C21"))
    sheet.add_data_validation(DataValidation(type="list", formula1='"有,無"', sqref="E2:E9"))
    sheet.conditional_formatting.add("B2:B21", CellIsRule(operator="greaterThan", formula=["10"], fill=PatternFill(bgColor="FFC7CE", fill_type="solid")))
    sheet["B2"].comment = Comment("覚え", "見本")
    sheet.add_image(Image(picture()), "G2")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=21), titles_from_data=True)
    sheet.add_chart(chart, "G8")
    sheet.print_title_rows, sheet.print_area = "1:1", "A1:N40"
    book.defined_names["合計"] = DefinedName("合計", attr_text="明細!$B$23")
    book.create_sheet("集計")["A1"] = "=合計*2"
    book.save(path)


def by_xlsxwriter(path):
    import xlsxwriter
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("明細")
    for row in range(1, 21):
        sheet.write(row, 0, f"項目{row}")
        sheet.write(row, 1, row * 1.5)
        sheet.write_formula(row, 2, f"=B{row + 1}*2", None, row * 3)
    sheet.write_formula("B23", "=SUM(B2:B21)", None, 315)
    sheet.add_table("E1:F5", {"columns": [{"header": "列"}, {"header": "値"}]})
    sheet.insert_image("H2", "a.png", {"image_data": picture()})
    sheet.insert_textbox("H8", "文字の箱")
    sheet.insert_button("H14", {"caption": "実行", "macro": "run"})
    sheet.insert_checkbox("F8", True)
    sheet.write_comment("B2", "覚え")
    sheet.data_validation("D2:D9", {"validate": "list", "source": ["有", "無"]})
    sheet.conditional_format("B2:B21", {"type": "data_bar"})
    sheet.conditional_format("C2:C21", {"type": "icon_set", "icon_style": "3_arrows"})
    sheet.add_sparkline("D23", {"range": "明細!B2:B21"})
    sheet.protect()
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=明細!$B$2:$B$21"})
    book.add_chartsheet("図").set_chart(chart)
    other = book.add_chart({"type": "pie"})
    other.add_series({"values": "=明細!$B$2:$B$6"})
    sheet.insert_chart("H20", other)
    sheet.set_header("&C&G", {"image_center": "b.png", "image_data_center": picture()})
    book.set_custom_property("文書番号", "総第1号")
    book.close()


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    by_openpyxl(out / "openpyxl.xlsx")
    by_xlsxwriter(out / "xlsxwriter.xlsx")
    for made in sorted(out.glob("*.xlsx")):
        if not made.stem.startswith("libreoffice"):
            convert(made, "xlsx", out / "lo").rename(out / f"libreoffice-{made.name}")
    for made in sorted(out.glob("*.xlsx")):
        print(made)


if __name__ == "__main__":
    main()
