"""Bulk renames, killed at random moments: names and inodes are exact at the end, whatever happens on the way.

    renames.py [FILES] [KILLS] [FOLDER]      (default: 100000 files, 200 kills, a folder of /tmp)

A tree with names exchanged in pairs, chains, circles of three, twins in case and twins in composition is dropped into an
office. The engine is killed (SIGKILL) at random moments of the renaming and started again; then its undo is killed and gone on
with; then the same is done where the files lie (--in-place, --resume, --undo). Each way is done again and again until all
kills are spent. At the end a few files are edited, and an undo refuses exactly those.
"""

import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unicodedata

from office import FORM, program

SCRIPT = """
let 次 = #{"a": "b", "b": "a", "k1": "k2", "k2": "k3", "k3": "k4", "p": "q", "q": "r", "r": "p", "t": "x-T", "T": "y-t"};
let 数 = 0;
for f in 入力.ファイル {
    let 部分 = 中(f.名前, 7, 文字数(f.名前) - 10);
    let 新 = if 部分 in 次 { 次[部分] } else { () };
    if 中(f.名前, 7, 1) == "か" { 新 = "nfd"; }
    if 中(f.名前, 7, 1) == "が" { 新 = "nfc"; }
    if 新 != () { 名前を変える(f, 左(f.名前, 6) + 新 + ".txt", "試し"); 数 += 1; }
}
処理件数(数);
"""
# What each file of a group is called, before and after. The last keeps its name.
NFC, NFD = "が", unicodedata.normalize("NFD", "が")
GROUP = [("a", "b"), ("b", "a"), ("k1", "k2"), ("k2", "k3"), ("k3", "k4"), ("p", "q"), ("q", "r"), ("r", "p"),
         ("t", "x-T"), ("T", "y-t"), (NFC, "nfc"), (NFD, "nfd"), ("s", "s")]


def make(folder, files):
    """The tree; old and new path of each inode."""
    names = {}
    for number in range(files // len(GROUP) + 1):
        within = folder / f"部{number % 97:02}/課{number % 11}"
        within.mkdir(parents=True, exist_ok=True)
        for old, new in GROUP:
            path = within / f"{number:06}{old}.txt"
            with open(path, "w") as file:
                inode = os.fstat(file.fileno()).st_ino
            inner = within.relative_to(folder)
            names[inode] = (str(inner / path.name), str(inner / f"{number:06}{new}.txt"))
            if len(names) == files:
                return names
    return names


def found(folder):
    """The path of each inode below a folder."""
    paths = {}
    for here, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(here, name)
            paths[os.lstat(path).st_ino] = os.path.relpath(path, folder)
    return paths


def exact(folder, names, at, but=()):
    there = found(folder)
    wrong = [(names[inode], there.get(inode)) for inode in names if inode not in but and there.get(inode) != names[inode][at]]
    assert not wrong, f"{folder}: {len(wrong)} of {len(names)} are wrong, such as {wrong[:3]}"
    more = [path for inode, path in there.items() if inode not in names]
    assert not more, f"{folder}: nobody knows {more[:3]}"


class Way:
    """A command that is killed at a random moment of its way, and done again until it comes to its end."""

    def __init__(self, office, kills):
        self.office, self.kills, self.spent, self.span = office, kills, 0, {}

    def run(self, *arguments):
        return subprocess.run([program(), *arguments], cwd=self.office, capture_output=True, text=True)

    def killed(self, what, again, moving):
        """Kills the command a few times while things move. `again()` gives the command as it must be said now."""
        for _ in range(6):
            if self.spent >= self.kills:
                break
            child = subprocess.Popen([program(), *again()], cwd=self.office, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, start_new_session=True)
            # The kill falls where names move: before that there is only the worker.
            while child.poll() is None and not moving():
                time.sleep(0.002)
            span = self.span.setdefault(what, 1.0)
            time.sleep(random.random() * span)
            alive = child.poll() is None
            if alive:
                os.killpg(child.pid, signal.SIGKILL)
                self.spent += 1
            child.wait()
            # Longer as long as it is met on its way, shorter when it was through.
            self.span[what] = min(5.0, span * 1.2) if alive else span * 0.6
        last = self.run(*again())
        assert last.returncode == 0, f"{what}: {last.returncode} {last.stdout[-500:]} {last.stderr[-500:]}"


def ask(office, question):
    with sqlite3.connect(f"file:{office}/.jitan/ledger.db?mode=ro", uri=True) as store:
        return store.execute(question).fetchall()


def state(office):
    """The state of the last job."""
    try:
        rows = ask(office, "SELECT state FROM job ORDER BY id DESC LIMIT 1")
    except sqlite3.Error:
        return None
    return rows[0][0] if rows else None


def through_the_office(way, folder, names):
    office = way.office
    os.rename(folder, office / "受付/試験/文書")
    # What is not staged is done again from the start, three times at most: kills fall behind that.
    way.killed("rename", lambda: ["watch", "--once"], lambda: state(office) in ("staged", "committed", "archived"))
    exact(office / "完了/試験/文書/文書", names, 1)
    job = ask(office, "SELECT id FROM job ORDER BY id DESC LIMIT 1")[0][0]

    def undo():
        return ["watch", "--once"] if state(office) in ("undoing", "undone") else ["jobs", "undo", job, "--yes"]

    way.killed("undo", undo, lambda: state(office) == "undoing")
    assert state(office) == "undone"
    undone = [path for path in (office / "取消/試験").iterdir() if job in path.name]
    assert len(undone) == 1, undone
    exact(undone[0] / "文書", names, 0)
    left = list((office / "完了/試験").iterdir()) + list((office / ".jitan/work").iterdir())
    assert not left, left
    os.rename(undone[0] / "文書", folder)
    shutil.rmtree(undone[0])


def in_place(way, folder, names):
    out = way.office / "外の結果"
    list_file = out / "取消用一覧.csv"

    def forward():
        if list_file.exists():
            return ["run", "試験", "--resume", str(list_file)]
        return ["run", "試験", str(folder), "--in-place", "--out", str(out)]

    way.killed("in place", forward, list_file.exists)
    exact(folder, names, 1)
    way.killed("undo in place", lambda: ["run", "試験", "--undo", str(list_file)], lambda: True)
    exact(folder, names, 0)
    shutil.rmtree(out)


def after_edits(way, folder, names):
    """An undo after edits refuses exactly the edited files."""
    office = way.office
    os.rename(folder, office / "受付/試験/文書")
    assert way.run("watch", "--once").returncode == 0
    results = office / "完了/試験/文書/文書"
    edited = set(random.sample(sorted(names), 20))
    for inode in edited:
        with open(results / names[inode][1], "a") as file:
            file.write("edited")
    job = ask(office, "SELECT id FROM job ORDER BY id DESC LIMIT 1")[0][0]
    undone = way.run("jobs", "undo", job, "--yes", "--json")
    assert undone.returncode == 1, undone.stderr
    left = {one["path"] for one in json.loads(undone.stdout)["left"]}
    assert left == {"文書/" + names[inode][1] for inode in edited}, left
    exact(results, {inode: names[inode] for inode in edited}, 1)
    place = [path for path in (office / "取消/試験").iterdir() if job in path.name][0]
    exact(place / "文書", {inode: names[inode] for inode in names if inode not in edited}, 0)


def main():
    files, kills = [int(text) for text in (sys.argv[1:3] + ["100000", "200"][len(sys.argv[1:3]):])]
    seed = int(os.environ.get("SEED", time.time()))
    random.seed(seed)
    with tempfile.TemporaryDirectory(prefix="jitan-renames-", dir=sys.argv[3] if len(sys.argv) > 3 else None) as place:
        office = pathlib.Path(place) / "職場"
        task = office / "scripts/試験"
        task.mkdir(parents=True)
        form = FORM.replace('kind = "file"', 'kind = "folder"').replace('["*.csv"]\n[unit]', '["*"]\n[unit]')
        (task / "task.toml").write_text(form + "rename = true\n[limits]\ncpu_seconds = 300\nwall_seconds = 600\nmemory_mib = 1024\n")
        (task / "main.rhai").write_text(SCRIPT)
        # The same tree is dropped again and again: each time it is new work.
        (office / "jitan.toml").write_text('lang = "ja"\nsettle_seconds = 0\nscan_seconds = 1\nduplicates = "run"\n')
        (office / "受付/試験").mkdir(parents=True)
        folder = pathlib.Path(place) / "文書"
        names, way, rounds, began = make(folder, files), Way(office, kills), 0, time.monotonic()
        while way.spent < kills:
            through_the_office(way, folder, names)
            in_place(way, folder, names)
            rounds += 1
            print(f"round {rounds}: {way.spent} kills, {time.monotonic() - began:.0f} s", flush=True)
        after_edits(way, folder, names)
        verified = way.run("ledger", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        print(f"{len(names)} files, {way.spent} kills in {rounds} rounds, seed {seed}: names and inodes exact; undo refused the 20 edited alone")


if __name__ == "__main__":
    main()
