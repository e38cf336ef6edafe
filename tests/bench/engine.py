#!/usr/bin/env python3
"""The engine's own speed: from a drop to its result, many small arrivals, an idle day, and a folder of files to be renamed.

    engine.py PROGRAM [w7] [small] [idle] [renames] [--place DIR] [--count 10000] [--files 100000] [--runs 60] [--seconds 120]

PROGRAM is a release build. The office lies in a fresh folder of DIR (default /dev/shm: the store is written with
synchronous=FULL, and the disk is not what is measured). Prints one JSON line for each part; ratios are of one run.
"""

import argparse
import ctypes
import io
import json
import os
import pathlib
import resource
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(rows=60):
    """A report of 60 rows, as a program writes it."""
    text = lambda at, value: f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
    lines = [text("A1", "区分") + text("B1", "合計") + text("C1", "金額")]
    for row in range(2, rows + 2):
        lines.append(text(f"A{row}", f"区分{row % 7}") + f'<c r="B{row}"><v>{row * 3}</v></c><c r="C{row}"><v>{row * 1000}</v></c>')
    sheet = "".join(f'<row r="{at}">{line}</row>' for at, line in enumerate(lines, 1))
    kinds = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    kinds += '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    kinds += '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    link = lambda kind, target: f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{kinds}</Types>',
        "_rels/.rels": link("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="報告" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": link("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return whole.getvalue()


def numbered(book, number):
    """The same workbook with a comment behind it: another content, so that it is not held as a duplicate."""
    comment = f"{number:08}".encode()
    return book[:-2] + struct.pack("<H", len(comment)) + comment


class Office:
    def __init__(self, program, place, settings="", form=None):
        self.program = program
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="engine.", dir=place))
        shutil.copytree(HERE / "tasks/small", self.folder / "scripts/small")
        if form:
            path = self.folder / "scripts/small/task.toml"
            path.write_text(path.read_text().replace(*form))
        (self.folder / "jitan.toml").write_text('lang = "ja"\n' + settings)
        self.inbox, self.done, self.aside = self.folder / "受付/small", self.folder / "完了/small", self.folder / ".dropping"
        for folder in (self.inbox, self.done, self.aside):
            folder.mkdir(parents=True, exist_ok=True)

    def start(self, *arguments):
        engine = subprocess.Popen([self.program, "watch", *arguments], cwd=self.folder, stderr=subprocess.PIPE, text=True)
        for line in engine.stderr:
            if "準備" in line or "ready" in line:
                return engine
        raise SystemExit(f"the engine did not start: {engine.wait()}")

    def drop(self, name, blob):
        with open(self.inbox / name, "wb") as file:
            file.write(blob)
        return time.perf_counter()

    def end(self, engine):
        engine.terminate()
        engine.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)


class Arrivals:
    """What comes into a folder, and when, as the system tells it."""

    def __init__(self, folder):
        libc = ctypes.CDLL(None)
        self.fd = libc.inotify_init()
        libc.inotify_add_watch(self.fd, os.fsencode(folder), 0x80)  # IN_MOVED_TO

    def wait(self, names, limit=60):
        got, until = {}, time.perf_counter() + limit
        while names - got.keys() and time.perf_counter() < until:
            if not select.select([self.fd], [], [], 1)[0]:
                continue
            events, now, at = os.read(self.fd, 65536), time.perf_counter(), 0
            while at < len(events):
                length = struct.unpack_from("iIII", events, at)[3]
                got.setdefault(events[at + 16 : at + 16 + length].rstrip(b"\0").decode(), now)
                at += 16 + length
        return got


def memory(engine, what="VmHWM"):
    with open(f"/proc/{engine.pid}/status") as status:
        return round(int(next(line for line in status if line.startswith(what)).split()[1]) / 1024, 1)


def cpu(engine):
    with open(f"/proc/{engine.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def w7(arguments):
    """From the close of a dropped workbook to its published folder, beside bare runs of the same workbook in turn."""
    office = Office(arguments.program, arguments.place, "settle_seconds = 0\n")
    book, engine, came = workbook(), office.start(), Arrivals(office.done)
    bare_folder = office.folder / ".bare"
    bare_folder.mkdir()
    latency, bare, lost = [], [], 0
    for number in range(arguments.runs + 5):
        begin = office.drop(f"月報{number:03}.xlsx", numbered(book, number))
        got = came.wait({f"月報{number:03}"})
        lost += f"月報{number:03}" not in got
        time.sleep(0.05)
        path = bare_folder / f"素{number:03}.xlsx"
        path.write_bytes(numbered(book, 1000 + number))
        from_here = time.perf_counter()
        subprocess.run([office.program, "run", "small", path, "--out", bare_folder / f"{number}", "--json"], cwd=office.folder, stdout=subprocess.DEVNULL, check=True)
        if number >= 5:
            bare.append(time.perf_counter() - from_here)
            latency.append(got.get(f"月報{number:03}", begin + 60) - begin)
        time.sleep(0.05)
    peak = memory(engine)
    office.end(engine)
    latency.sort()
    milliseconds = lambda seconds: round(seconds * 1000, 2)
    print(json.dumps({
        "part": "w7", "n": len(latency), "lost": lost, "p50_ms": milliseconds(statistics.median(latency)), "p99_ms": milliseconds(latency[int(len(latency) * 0.99)]),
        "bare_p50_ms": milliseconds(statistics.median(bare)), "ratio": round(statistics.median(latency) / statistics.median(bare), 2),
        "engine_peak_mib": peak, "load": os.getloadavg()[0],
    }), flush=True)


def small(arguments):
    """Many small arrivals at once: jobs a second, and how the engine's memory grows with them."""
    office = Office(arguments.program, arguments.place, "settle_seconds = 0\n")
    book = workbook()
    for number in range(arguments.count):
        (office.inbox / f"月報{number:05}.xlsx").write_bytes(numbered(book, number))
    begin = time.perf_counter()
    engine = office.start()
    quarter, held = {}, arguments.count // 4
    while engine.poll() is None and time.perf_counter() - begin < 1800:
        count = len(os.listdir(office.done))
        if held and count >= held * (len(quarter) + 1) and len(quarter) < 4:
            quarter[count] = memory(engine, "VmRSS")
        if count >= arguments.count:
            break
        time.sleep(0.1)
    seconds = time.perf_counter() - begin
    done, peak, used = len(os.listdir(office.done)), memory(engine), cpu(engine)
    office.end(engine)
    print(json.dumps({
        "part": "small", "arrivals": arguments.count, "done": done, "seconds": round(seconds, 1), "jobs_per_second": round(done / seconds, 1),
        "engine_cpu_s": round(used, 1), "engine_peak_mib": peak, "engine_rss_mib_on_the_way": quarter, "load": os.getloadavg()[0],
    }), flush=True)


def idle(arguments):
    """An inbox of files that were seen and stay: the share of one core at the default scan interval, and the memory."""
    # The task takes folders, so that the files are refused and lie there; each look lists and judges all of them.
    office = Office(arguments.program, arguments.place, form=('kind = "file"', 'kind = "folder"'))
    for number in range(arguments.files):
        (office.inbox / f"検査結果{number:06}.xlsx").write_bytes(b"x")
    engine = office.start()
    time.sleep(40)
    used, begin = cpu(engine), time.perf_counter()
    time.sleep(arguments.seconds)
    share = (cpu(engine) - used) / (time.perf_counter() - begin)
    peak = memory(engine)
    office.end(engine)
    print(json.dumps({"part": "idle", "files": arguments.files, "seconds": arguments.seconds, "cpu_percent": round(share * 100, 2), "engine_peak_mib": peak, "load": os.getloadavg()[0]}), flush=True)


BARE = """
import os, sys
for folder, _, names in os.walk(sys.argv[1]):
    for name in names: os.rename(os.path.join(folder, name), os.path.join(folder, name[1:] if sys.argv[2] else "個" + name))
"""


def spent(*command, folder):
    """The processor's seconds of a command and all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2)


def renames(arguments):
    """A folder of files that all get other names: the whole job and its undo, in turn with a bare walk that renames, one way."""
    office = Office(arguments.program, arguments.place, "settle_seconds = 0\nduplicates = \"run\"\n")
    task = office.folder / "scripts/renames"
    shutil.copytree(HERE / "tasks/w4-there", task)
    (task / "main.rhai").write_text('for f in 入力.ファイル { 名前を変える(f, "個" + f.名前, "試し"); }\n処理件数(入力.ファイル.len());\n')
    tree, inbox = office.folder / ".tree", office.folder / "受付/renames"
    inbox.mkdir(parents=True)
    for number in range(arguments.files):
        folder = tree / f"{number // 1000:03}_保健所" / f"2024年度_{number // 100 % 10 + 1:02}月"
        if number % 100 == 0:
            folder.mkdir(parents=True)
        (folder / f"20240401_検査結果_見本花子_{number % 100:03}.txt").write_text(f"{number} 試験")
    for _ in range(arguments.turns):
        there, back = (spent(sys.executable, "-c", BARE, tree, way, folder=office.folder) for way in ("", "back"))
        tree.rename(inbox / "文書")
        job = spent(arguments.program, "watch", "--once", folder=office.folder)
        done = next((office.folder / "完了/renames").iterdir())
        renamed = sum(name.startswith("個") for _, _, names in os.walk(done / "文書") for name in names)
        listed = subprocess.run([arguments.program, "jobs", "list", "--json"], cwd=office.folder, capture_output=True, check=True)
        undo = spent(arguments.program, "jobs", "undo", json.loads(listed.stdout)["jobs"][0]["job"], "--yes", folder=office.folder)
        undone = next((office.folder / "取消/renames").iterdir())
        (undone / "文書").rename(tree)
        shutil.rmtree(undone)
        print(json.dumps({
            "part": "renames", "files": arguments.files, "renamed": renamed, "bare_cpu_s": there, "bare_back_cpu_s": back, "job_cpu_s": job,
            "undo_cpu_s": undo, "job_ratio": round(job / there, 2), "undo_ratio": round(undo / there, 2), "load": os.getloadavg()[0],
        }), flush=True)
    shutil.rmtree(office.folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("parts", nargs="*", default=["w7", "small", "idle", "renames"])
    parser.add_argument("--place", default="/dev/shm")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    for part in arguments.parts:
        {"w7": w7, "small": small, "idle": idle, "renames": renames}[part](arguments)


main()
