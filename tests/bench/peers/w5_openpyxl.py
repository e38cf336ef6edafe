"""W5 with openpyxl: the form loaded again for each row, since a workbook cannot be copied with its drawings.   w5_openpyxl.py FORM LIST FOLDER"""
import io
import sys

from openpyxl import load_workbook

form = open(sys.argv[1], "rb").read()
rows = list(load_workbook(sys.argv[2], read_only=True).worksheets[0].iter_rows(values_only=True))
marks = ["{{%s}}" % name for name in rows[0]]
for nth, row in enumerate(rows[1:], 1):
    values = dict(zip(marks, row))
    book = load_workbook(io.BytesIO(form))
    for cells in book.worksheets[0].iter_rows():
        for cell in cells:
            if cell.value in values:
                cell.value = values[cell.value]
    book.save(f"{sys.argv[3]}/form_{nth:03}.xlsx")
