"""An office for the fault tests: made, filled, run, and held to account."""

import contextlib
import csv
import hashlib
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

FORM = """
name = { ja = "試験", en = "Trial" }
department = "試験課"
owner = "試験 一子"
summary = { ja = "試験です。", en = "A trial." }
[arrival]
kind = "file"
accepts = ["*.csv"]
[unit]
name = { ja = "行", en = "row" }
[baseline]
before_minutes = 2
after_minutes = 0.5
method = "推計"
author = "見本 花子"
date = "2026-04-01"
samples = 1
[rights]
read = ["*"]
write = ["*.csv"]
"""

SCRIPT = """
let 一覧 = 表を読む(入力.ファイル, [文字の列("課"), 整数の列("件数")]).使用();
CSV出力("集計.csv", 一覧.集計(["課"], [合計("件数")]), #{文字コード: "UTF-8"});
CSV出力("写し.csv", 一覧, #{文字コード: "UTF-8"});
処理件数(一覧.行数);
"""


def program():
    """The program under test: $JITAN, or the debug build."""
    target = os.environ.get("CARGO_TARGET_DIR", str(pathlib.Path(__file__).resolve().parents[2] / "target"))
    return os.environ.get("JITAN", target + "/debug/jitan")


class Office:
    def __init__(self, folder, settings="", inbox=None):
        self.folder = pathlib.Path(folder)
        self.database = self.folder / ".jitan/ledger.db"
        self.dropped = {}
        task = self.folder / "scripts/試験"
        task.mkdir(parents=True)
        (task / "task.toml").write_text(FORM)
        (task / "main.rhai").write_text(SCRIPT)
        base = 'lang = "ja"\nsettle_seconds = 0\nscan_seconds = 1\n' if "settle_seconds" not in settings else 'lang = "ja"\nscan_seconds = 1\n'
        (self.folder / "jitan.toml").write_text(base + settings)
        self.inbox = pathlib.Path(inbox) if inbox else self.folder / "受付/試験"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.log = open("/dev/null", "w")

    def drop(self, number, rows=1):
        """A list whose sum is its own: what is published says what it was made of."""
        name = f"一覧{number}.csv"
        text = "課,件数\n" + f"財務課,{number}\n" * rows
        (self.inbox / name).write_text(text)
        self.dropped[name] = (number * rows, hashlib.sha256(text.encode()).hexdigest())

    def durable(self):
        """What was dropped is on the disk: people's files are older than the power cut."""
        for path in [*self.folder.rglob("*"), self.folder]:
            fd = os.open(path, os.O_RDONLY)
            os.fsync(fd)
            os.close(fd)

    def start(self, *arguments, wrap=(), env=None):
        command = [*wrap, program(), "watch", *arguments]
        # Signals of the terminal are not for the engine; a group of its own is ended as one.
        return subprocess.Popen(command, cwd=self.folder, stdout=self.log, stderr=subprocess.PIPE, start_new_session=True, env={**os.environ, **(env or {})})

    def once(self, timeout=120, **more):
        """Runs until what is there is done; gives the exit status and what was said."""
        engine = self.start("--once", **more)
        try:
            _, said = engine.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            kill(engine)
            _, said = engine.communicate()
            return "hangs", said.decode(errors="replace")
        return engine.returncode, said.decode(errors="replace")

    def published(self):
        """Folder and sum of everything published."""
        found = []
        done = self.folder / "完了/試験"
        for folder in sorted(done.iterdir()) if done.exists() else []:
            # What the engine tried the folder with, and could not take away again.
            if folder.name.startswith("."):
                continue
            rows = list(csv.reader((folder / "集計.csv").read_text(encoding="utf-8-sig").splitlines()))
            assert (folder / "写し.csv").stat().st_size > 0, f"{folder}: an empty output"
            assert any("受領書" in path.name for path in folder.iterdir()), f"{folder}: no receipt"
            found.append((folder.name, int(rows[1][1])))
        return found

    def ask(self, question):
        """The rows that the store answers with; nothing of it stays open."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as store:
            return store.execute(question).fetchall()

    def account(self, may_remain=False, may_fail=False):
        """Every input is in exactly one place, intact, and in the ledger once. Gives how many were done."""
        published = self.published()
        sums = [total for _, total in published]
        assert len(sums) == len(set(sums)), f"published twice: {sorted(total for total in sums if sums.count(total) > 1)}"
        lying = {path.name for path in self.inbox.iterdir() if not path.name.startswith(".")}
        aside = set()
        for place in ("差戻し", "障害"):
            folder = self.folder / place / "試験"
            aside |= {path.name for path in folder.rglob("一覧*.csv")} if folder.exists() else set()
        archive = {}
        for path in (self.folder / ".jitan/archive").rglob("一覧*.csv"):
            archive.setdefault(path.name, []).append(hashlib.sha256(path.read_bytes()).hexdigest())
        for name, (total, sha) in self.dropped.items():
            places = [total in sums, name in lying, name in aside]
            assert sum(places) == 1, f"{name}: published {places[0]}, in the inbox {places[1]}, aside {places[2]}"
            if total in sums:
                assert archive.get(name) == [sha], f"{name}: archived {archive.get(name)}"
        assert may_remain or not lying & set(self.dropped), f"left in the inbox: {lying}"
        assert may_fail or not aside, f"put aside: {aside}"
        work = self.folder / ".jitan/work"
        left = list(work.iterdir()) if work.exists() else []
        assert not left, f"left in work: {left}"
        rows = self.ask("SELECT kind, job, count(*) FROM entry WHERE job IS NOT NULL GROUP BY kind, job")
        assert all(count == 1 for _, _, count in rows), f"twice in the ledger: {rows}"
        runs = sum(1 for kind, _, _ in rows if kind == "run")
        done = len(sums)
        assert runs >= done, f"{done} published, {runs} in the ledger"
        endings = [row[0] for row in self.ask("SELECT ending FROM entry WHERE kind = 'run'")]
        assert sum(ending == "done" for ending in endings) == done, f"{done} published, endings {endings}"
        verified = subprocess.run([program(), "ledger", "verify"], cwd=self.folder, capture_output=True, text=True)
        assert verified.returncode == 0, verified.stdout + verified.stderr
        return done


def kill(engine, how=signal.SIGKILL):
    """Ends one engine that we started, with its workers."""
    try:
        os.killpg(engine.pid, how)
    except ProcessLookupError:
        pass


def wait_until(what, seconds, pause=0.02):
    """Waits for something to become true; false if it does not in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(pause)
    return what()
