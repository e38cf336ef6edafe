#!/usr/bin/env python3
"""Power cuts: the file system of a running office is shut down at a random moment, without writing back what it holds.

    sudo power_cut.py [ROUNDS]              default 300; every third round is cut a second time while it recovers
    sudo power_cut.py renames [ROUNDS]      default 50: a folder of files to be renamed, and its undo

Needs root, loop devices and mkfs.ext4. Each round: a fresh ext4 of 48 MB, ten inputs on the disk, an engine, EXT4_IOC_SHUTDOWN
without a flush of the journal, unmount, mount, recovery, and the account: every input once, every output whole. Of renames: every
file once, under its new name, and after the undo under its old one, with what stood in it.
"""

import collections
import contextlib
import fcntl
import os
import pathlib
import random
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

import renames
from office import FORM, Office, kill, program, wait_until

SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
INPUTS = 10
FILES = 2600


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def cut(mount):
    fd = os.open(mount, os.O_RDONLY)
    fcntl.ioctl(fd, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
    os.close(fd)


def remount(image, mount, engine):
    kill(engine)
    engine.communicate()
    assert wait_until(lambda: subprocess.run(["umount", mount], stderr=subprocess.DEVNULL).returncode == 0, 20), "busy"
    run("mount", "-o", "loop", image, mount)


@contextlib.contextmanager
def disk(place):
    """A fresh file system: its image and where it is mounted."""
    mount = f"{place}/mount"
    os.makedirs(mount, exist_ok=True)
    # Each its own image: a loop device that somebody still holds would show the last one's files.
    handle, image = tempfile.mkstemp(prefix="disk-", dir=place)
    os.truncate(handle, 48 << 20)
    os.close(handle)
    run("mkfs.ext4", "-q", "-F", image)
    run("mount", "-o", "loop", image, mount)
    try:
        yield image, mount
    finally:
        wait_until(lambda: subprocess.run(["umount", mount], stderr=subprocess.DEVNULL).returncode == 0, 20)
        os.remove(image)


def one(number, whole, place):
    with disk(place) as (image, mount):
        office = Office(f"{mount}/office", settings="workers = 2\n")
        for at in range(INPUTS):
            office.drop(1000 + at)
        office.durable()
        engine = office.start()
        moment = random.uniform(0, whole)
        time.sleep(moment)
        cut(mount)
        remount(image, mount, engine)
        second = number % 3 == 0
        if second:
            engine = office.start("--once")
            time.sleep(random.uniform(0, whole))
            cut(mount)
            remount(image, mount, engine)
        before = len(office.published()) if (office.folder / "完了").exists() else 0
        status, said = office.once()
        assert status == 0, f"recovery ended with {status}: {said}"
        done = office.account()
        assert done == INPUTS, f"{done} of {INPUTS}"
        return moment, second, before


class Renaming:
    """An office with a folder of files to be renamed, on a disk that loses its power."""

    def __init__(self, place):
        self.office = pathlib.Path(place) / "office"
        task, inbox = self.office / "scripts/試験", self.office / "受付/試験"
        task.mkdir(parents=True)
        inbox.mkdir(parents=True)
        form = FORM.replace('kind = "file"', 'kind = "folder"').replace('["*.csv"]\n[unit]', '["*"]\n[unit]')
        (task / "task.toml").write_text(form + "rename = true\n")
        (task / "main.rhai").write_text(renames.SCRIPT)
        (self.office / "jitan.toml").write_text('lang = "ja"\nsettle_seconds = 0\nscan_seconds = 1\n')
        outside = self.office / ".外"
        self.names = renames.make(outside, FILES)
        for old, _ in self.names.values():
            (outside / old).write_text(old)
        outside.rename(inbox / "文書")
        os.sync()

    def start(self, *arguments):
        return subprocess.Popen([program(), *arguments], cwd=self.office, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def job(self):
        """The last job and its state."""
        with contextlib.closing(sqlite3.connect(f"file:{self.office}/.jitan/ledger.db?mode=rw", uri=True)) as store:
            try:
                return store.execute("SELECT id, state FROM job ORDER BY id DESC LIMIT 1").fetchone() or (None, None)
            except sqlite3.OperationalError:
                # It was cut before it was made.
                return None, None

    def ends(self, *arguments):
        engine = self.start(*arguments)
        said = engine.communicate()[0]
        assert engine.returncode == 0, f"{arguments} ended with {engine.returncode}: {said[-500:]}"

    def exact(self, folder, at):
        renames.exact(folder, self.names, at)
        for names in self.names.values():
            text = (folder / names[at]).read_text()
            assert text == names[0], f"{names[at]} holds {text!r}"


def renaming(number, spans, place):
    """There and back, each cut at a random moment; where it goes on, every third time again."""
    with disk(place) as (image, mount):
        office = Renaming(mount)

        def cut_at(span, *arguments, once=None):
            engine = office.start(*arguments)
            # Half of the cuts fall where names move.
            while once and number % 2 and engine.poll() is None and state() not in once:
                time.sleep(0.001)
            time.sleep(random.uniform(0, span / (1 + number % 2)))
            cut(mount)
            remount(image, mount, engine)

        def state():
            try:
                return office.job()[1]
            except sqlite3.Error:
                return None

        cut_at(spans[0], "watch", "--once", once=("staged", "archived"))
        met = [state()]
        if number % 3 == 0:
            cut_at(spans[0], "watch", "--once")
        office.ends("watch", "--once")
        office.exact(office.office / "完了/試験/文書/文書", 1)
        job = office.job()[0]
        cut_at(spans[1], "jobs", "undo", job, "--yes", once=("undoing", "undone"))
        met.append(state())
        if number % 3 == 0 and met[1] == "undoing":
            cut_at(spans[1], "watch", "--once")
        if office.job()[1] == "archived":
            office.ends("jobs", "undo", job, "--yes")
        office.ends("watch", "--once")
        assert office.job() == (job, "undone"), office.job()
        office.exact(next(path for path in (office.office / "取消/試験").iterdir() if job in path.name) / "文書", 0)
        left = list((office.office / "完了/試験").iterdir()) + list((office.office / ".jitan/work").iterdir())
        assert not left, left
        office.ends("ledger", "verify")
        return met


def all_renaming(rounds, place):
    with disk(place) as (_, mount):
        office, spans = Renaming(mount), []
        for command in (lambda: ("watch", "--once"), lambda: ("jobs", "undo", office.job()[0], "--yes")):
            begin = time.monotonic()
            office.ends(*command())
            spans.append(time.monotonic() - begin)
    print(f"{FILES} files take {spans[0]:.1f} s, and {spans[1]:.1f} s back", flush=True)
    bad, met = 0, collections.Counter()
    for number in range(rounds):
        try:
            met.update(renaming(number, spans, place))
        except Exception as error:
            bad += 1
            print(f"round {number}: {error}", flush=True)
        if number % 10 == 9:
            print(f"{number + 1} rounds, {bad} bad", flush=True)
    found = ", ".join(f"{state} {count}" for state, count in met.most_common())
    print(f"{rounds} rounds of renames, there and back; found after a cut: {found}; {bad} bad")
    sys.exit(1 if bad else 0)


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["renames"]:
        random.seed(int(os.environ.get("SEED", time.time())))
        with tempfile.TemporaryDirectory() as place:
            all_renaming(int(arguments[1]) if len(arguments) > 1 else 50, place)
    rounds = int(arguments[0]) if arguments else 300
    random.seed(int(os.environ.get("SEED", time.time())))
    with tempfile.TemporaryDirectory() as place:
        office = Office(f"{place}/warm")
        for at in range(INPUTS):
            office.drop(at + 1)
        begin = time.monotonic()
        assert office.once()[0] == 0
        whole = (time.monotonic() - begin) * 2
        print(f"a whole run takes about {whole / 2:.1f} s", flush=True)
        bad, seconds, spread = [], 0, []
        for number in range(rounds):
            try:
                _, second, before = one(number, whole, place)
                seconds += second
                spread.append(before)
            except Exception as error:
                bad.append((number, str(error)))
                print(f"round {number}: {error}", flush=True)
            if number % 25 == 24:
                print(f"{number + 1} rounds, {len(bad)} bad", flush=True)
    half = sum(0 < before < INPUTS for before in spread)
    print(f"{rounds} power cuts, {seconds} of them twice; {half} cut in the middle of the inputs; {len(bad)} bad")
    sys.exit(1 if bad else 0)


main()
