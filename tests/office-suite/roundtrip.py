"""Workbooks of other programs edited in one cell: every other part the same, and the same pages in LibreOffice.

    roundtrip.py parts  OUT FOLDER…       edits one cell of each workbook and compares the packages part by part
    roundtrip.py render OUT [MOST]        renders what `parts` left in OUT before and after, and compares text and pixels
    roundtrip.py read   FOLDER…           compares each cell as we read it with openpyxl's reading

Each workbook ends as one of: edited, refused, not edited (both with our reason). Anything else is printed and counts as wrong.
"""
import collections
import concurrent.futures
import datetime
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as tree
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EDITOR = os.environ.get("EDITOR_EXAMPLE", ROOT / "target/debug/examples/editor")
KINDS = {".xlsx", ".xlsm", ".xltx", ".xltm"}
# Extra pixels of a page that may differ beside the edited cell, as a share of the page: a wider column moves little.
MOST_PIXELS = 0.02


def workbooks(folders):
    return sorted(path for folder in folders for path in pathlib.Path(folder).rglob("*") if path.suffix.lower() in KINDS and path.is_file())


def run(words, paths):
    """The editor over all paths; after an abort it goes on behind the file that caused it."""
    lines, left = [], [str(path) for path in paths]
    while left:
        done = subprocess.run([EDITOR, *words], input="\n".join(left) + "\n", capture_output=True, text=True)
        found = done.stdout.splitlines()
        lines += found
        finished = sum(1 for line in found if re.match(r"\d+\t", line))
        if done.returncode == 0:
            return lines
        print(f"ABORT {done.returncode}: {left[finished]}\n{done.stderr[-400:]}")
        left = left[finished + 1:]
    return lines


def parts(out, folders):
    pathlib.Path(out).mkdir(parents=True, exist_ok=True)
    paths, kinds, wrong = workbooks(folders), collections.Counter(), 0
    for batch in range(0, len(paths), 200):
        folder = pathlib.Path(out) / str(batch)
        folder.mkdir(exist_ok=True)
        for line in run(["edit", str(folder)], paths[batch:batch + 200]):
            nth, path, kind, *facts = line.split("\t")
            kinds[kind] += 1
            trouble = checked(folder / f"{nth}.before.xlsx", folder / f"{nth}.xlsx", facts) if kind == "edited" else None
            if trouble or kind not in ("edited", "refused", "not edited"):
                wrong += 1
                print("WRONG", line, trouble or "")
            elif kind != "edited":
                print(kind, path, *facts)
    print(dict(kinds), "wrong:", wrong)
    return wrong


def checked(*words):
    """A part that only a lenient reader takes is no fault of ours; what cannot be compared is said all the same."""
    try:
        return compared(*words)
    except (tree.ParseError, ValueError, AttributeError, UnicodeDecodeError) as strange:
        print("not compared", words[0], strange)
        return None


def compared(before, after, facts):
    """What is not as it should be between two packages."""
    changed = set(facts[1].split(",")) - {""}
    changed |= {name.replace("/", "\\") for name in changed}
    with zipfile.ZipFile(before) as a, zipfile.ZipFile(after) as b:
        old, new = {i.filename: i for i in a.infolist()}, {i.filename: i for i in b.infolist()}
        if extra := (set(old) ^ set(new)) - changed:
            return f"parts came or went: {extra}"
        for name in set(old) & set(new) - changed:
            if (old[name].CRC, old[name].file_size) != (new[name].CRC, new[name].file_size) or a.read(name) != b.read(name):
                return f"{name} changed"
        for name in changed & set(old) & set(new):
            if "/worksheets/" in name and (trouble := sheet_compared(a.read(name), b.read(name), facts[0].rsplit("!", 1)[1], name)):
                return trouble
        if bad := b.testzip():
            return f"{bad} is broken"
    return None


def sheet_compared(before, after, cell, name):
    """Everything of a sheet but the edited cell and the results of formulas must be the same XML."""
    row_of = re.sub(r"[A-Z]+", "", cell)
    old, new = tree.fromstring(before), tree.fromstring(after)
    number(old)
    number(new)
    has_row = any(node.get("r") == row_of for data in old if data.tag.endswith("}sheetData") for node in data)
    leave_followers(old, new, cell)
    first, second = shape(old, cell, row_of, has_row), shape(new, cell, row_of, has_row)
    if first == second:
        return None
    different = next((pair for pair in zip(first, second) if pair[0] != pair[1]), (len(first), len(second)))
    return f"{name}: {different}"


def number(root):
    """Gives rows and cells without a reference the one they have by their place."""
    row = 0
    for node in (row for data in root if data.tag.endswith("}sheetData") for row in data):
        cells = [c for c in node if c.tag.endswith("}c")]
        first = next((c.get("r") for c in cells if c.get("r")), None)
        row = int(node.get("r") or (place(first)[0] if first else row + 1))
        node.set("r", str(row))
        column = 0
        for c in cells:
            column = place(c.get("r"))[1] if c.get("r") else column + 1
            letters, left = "", column
            while left:
                left, digit = divmod(left - 1, 26)
                letters = chr(65 + digit) + letters
            c.set("r", f"{letters}{row}")


def leave_followers(old, new, cell):
    """Where the edited cell held a formula that others share, they get formulas of their own: these are not compared."""
    cells = [(c.get("r"), c, next((f for f in c if f.tag.endswith("}f")), None)) for c in old.iter() if c.tag.endswith("}c")]
    first = next((f.get("si") for at, _, f in cells if at == cell and f is not None and f.get("t") == "shared"), None)
    followers = {at for at, _, f in cells if first is not None and f is not None and f.get("si") == first}
    for root in (old, new):
        for f in (f for c in root.iter() if c.tag.endswith("}c") and c.get("r") in followers for f in c if f.tag.endswith("}f")):
            f.attrib.clear()
            f.text = None


def shape(root, cell, row_of, has_row):
    """The XML in order, without the cell, without a row that was made for it, and without results of formulas."""
    filled = [area(f.get("ref")) for f in root.iter() if f.tag.endswith("}f") and f.get("t") in ("array", "dataTable") and ":" in f.get("ref", "")]
    lines = []

    def visit(node):
        kind = node.tag.rsplit("}", 1)[-1]
        children, attributes = list(node), dict(node.attrib)
        if kind == "c" and node.get("r") == cell or kind == "row" and node.get("r") == row_of and not has_row or kind == "dimension":
            return
        if kind == "row":
            attributes.pop("spans", None)
        if kind == "sheetData" and not any(child.tag.endswith("}row") for child in children):
            children = []
        if kind == "c" and (any(child.tag.endswith("}f") for child in children) or any(inside(node.get("r"), *ends) for ends in filled)):
            attributes.pop("t", None)
            children = [child for child in children if not child.tag.endswith(("}v", "}is"))]
        lines.append((node.tag, sorted(attributes.items()), (node.text or "").strip()))
        for child in children:
            visit(child)
        lines.append((node.tag, "end"))

    visit(root)
    return lines


def place(at):
    letters, digits = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", at).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits), column


def area(ref):
    ends = ref.split(":")
    return place(ends[0]), place(ends[-1])


def inside(at, first, last):
    row, column = place(at)
    return first[0] <= row <= last[0] and first[1] <= column <= last[1]


def render(out, most):
    pairs = sorted(path for path in pathlib.Path(out).rglob("*.xlsx") if not path.name.endswith(".before.xlsx"))[:most]
    pdf, wrong, compared_pages = pathlib.Path(out) / "pdf", 0, 0
    for batch in range(0, len(pairs), 40):
        pairs_now = pairs[batch:batch + 40]
        for which in ("before", "after"):
            links = pdf / which / "in"
            links.mkdir(parents=True, exist_ok=True)
            names = []
            for path in pairs_now:
                source = path.with_suffix(".before.xlsx") if which == "before" else path
                name = links / f"{path.parent.name}-{path.stem}.xlsx"
                name.unlink(missing_ok=True)
                name.symlink_to(source.resolve())
                names.append(name)
            soffice(names, pdf / which)
        for path in pairs_now:
            name = f"{path.parent.name}-{path.stem}.pdf"
            trouble, pages = pages_compared(pdf / "before" / name, pdf / "after" / name)
            compared_pages += pages
            if trouble:
                wrong += 1
                print("LOOK", path, trouble, flush=True)
            for which in ("before", "after"):
                (pdf / which / name).unlink(missing_ok=True)
    print(f"{len(pairs)} workbooks, {compared_pages} pages compared, {wrong} to look at")
    return wrong


def soffice(names, out):
    profile = (out / "profile").resolve().as_uri()
    words = ["nice", "soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", str(out)]
    try:
        subprocess.run(words + [str(name) for name in names], capture_output=True, timeout=300)
    except subprocess.TimeoutExpired:
        print("soffice took too long over", names[0], "…")


def pages_compared(before, after):
    if not before.exists() or not after.exists():
        return (None if before.exists() == after.exists() else f"rendered: before {before.exists()}, after {after.exists()}"), 0
    text = [subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True).stdout for path in (before, after)]
    pages = [len(t.split("\f")) - 1 for t in text]
    if pages[0] != pages[1]:
        return f"{pages[0]} pages, then {pages[1]}", min(pages)
    words = [collections.Counter(t.split()) for t in text]
    different = (words[0] - words[1]) + (words[1] - words[0])
    # The edited cell, and the results that follow from it.
    if sum(different.values()) > max(40, sum(words[0].values()) // 10):
        return f"{sum(different.values())} words differ, e.g. {list(different)[:6]}", pages[0]
    return pixels(before, after, min(pages[0], 3)), pages[0]


def pixels(before, after, pages):
    from PIL import Image, ImageChops
    for page in range(1, pages + 1):
        images = []
        for path in (before, after):
            stem = path.with_suffix("")
            subprocess.run(["pdftoppm", "-r", "40", "-gray", "-f", str(page), "-l", str(page), "-singlefile", str(path), str(stem)], check=True)
            images.append(Image.open(f"{stem}.pgm").copy())
            os.unlink(f"{stem}.pgm")
        if images[0].size != images[1].size:
            return f"page {page}: another size"
        histogram = ImageChops.difference(*images).point(lambda value: 255 if value > 60 else 0).histogram()
        share = histogram[255] / sum(histogram)
        if share > MOST_PIXELS:
            return f"page {page}: {share:.1%} of the pixels differ"
    return None


def read(folders):
    import openpyxl
    kinds, wrong, compared = collections.Counter(), 0, 0
    for path in workbooks(folders):
        cells, end = {}, ""
        for line in run(["read"], [path]):
            if line.startswith("=\t"):
                _, sheet, cell, kind, shown = line.split("\t")
                cells[(rust_text(sheet), cell)] = (kind, rust_text(shown))
            else:
                end = line
        if not end.endswith("\tread"):
            kinds["refused"] += 1
            if "refused" not in end:
                wrong += 1
                print("WRONG", end)
            continue
        try:
            book = openpyxl.load_workbook(path, data_only=True)
        except Exception:
            kinds["openpyxl cannot"] += 1
            continue
        trouble = []
        for sheet in book.worksheets:
            # Its own store: iter_rows would make every cell of the rectangle.
            for cell in sheet._cells.values():
                ours = cells.get((sheet.title, cell.coordinate))
                if cell.value is None:
                    continue
                compared += 1
                if ours is None or not agrees(cell.value, *ours):
                    trouble.append((sheet.title, cell.coordinate, cell.value, ours))
        kinds["equal" if not trouble else "different"] += 1
        if trouble:
            wrong += 1
            print("LOOK", path, len(trouble), [str(t)[:150] for t in trouble[:2]], flush=True)
    print(dict(kinds), "cells compared:", compared, "to look at:", wrong)
    return wrong


def rust_text(text):
    inner = text[1:-1]
    inner = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), inner)
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(found[1], found[1]), inner)


def agrees(theirs, kind, shown):
    if isinstance(theirs, bool):
        return kind == "YesNo"
    if isinstance(theirs, (int, float)):
        if kind in ("Integer", "Decimal"):
            return abs(float(shown) - theirs) <= 1e-9 * max(1.0, abs(theirs))
        return kind in ("Date", "Time", "DateTime", "Duration", "Error", "Stale")
    if isinstance(theirs, (datetime.date, datetime.time, datetime.timedelta)):
        return same_moment(theirs, kind, shown)
    if kind == "Error":
        return True
    plain = lambda text: re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), str(text)).replace("\r\n", "\n").replace("\r", "\n").strip()
    return kind == "Text" and plain(theirs) == plain(shown) or kind == "Stale"


def same_moment(theirs, kind, shown):
    """Dates and times by their value, to the second. What is no date to one of the two (day 0, February 1900) is let be."""
    day, _, clock = shown.rpartition(" ") if " " in shown else (shown, "", "") if kind == "Date" else ("", "", shown)
    seconds = sum(float(part) * 60 ** (2 - at) for at, part in enumerate(clock.split(":"))) if ":" in clock else 0.0
    if kind in ("Date", "DateTime") and isinstance(theirs, datetime.datetime):
        ours = datetime.datetime.fromisoformat(day) + datetime.timedelta(seconds=seconds)
        return abs((ours - theirs).total_seconds()) <= 1
    if kind in ("Time", "Duration") and isinstance(theirs, (datetime.time, datetime.timedelta)):
        whole = theirs.total_seconds() if isinstance(theirs, datetime.timedelta) else theirs.hour * 3600 + theirs.minute * 60 + theirs.second
        return shown.startswith("-") or abs(seconds - whole) <= 1 or abs(seconds - 86400 - whole) <= 1
    return kind in ("Date", "Time", "DateTime", "Duration", "Integer", "Decimal", "Stale")


if __name__ == "__main__":
    command, *words = sys.argv[1:]
    done = {"parts": lambda: parts(words[0], words[1:]), "read": lambda: read(words),
            "render": lambda: render(words[0], int(words[1]) if len(words) > 1 else 10**6)}[command]()
    sys.exit(done > 0)
