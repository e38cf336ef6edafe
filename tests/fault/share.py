#!/usr/bin/env python3
"""A stand-in for a share: an office on a FUSE file system without events, flushing and RENAME_NOREPLACE, that goes away and returns.

    sudo share.py [SECONDS_AWAY]                    default 10
    sudo share.py [SECONDS_AWAY] --read-only        it can be read all the time, but not written to
    sudo share.py --case-blind                      it takes names for one that differ in case alone, and files on it are renamed

Needs root, libfuse 3 and the package mfusepy. Files are dropped behind the mount, as another machine does; while the share is
away every call fails with ENOTCONN, or every call that writes with EROFS. The store lies on a local disk, as it must. Every
input once, no attempt used up.
"""

import contextlib
import errno
import functools
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

from office import FORM, Office, kill, program, wait_until

INPUTS = 20
# Before and after: case alone, a chain through it, names exchanged, a circle.
NAMES = {"case.txt": "CASE.txt", "Ａ.txt": "ａ.txt", "k1.txt": "K2.TXT", "k2.txt": "k3.txt", "x.txt": "Y.txt", "y.txt": "X.txt", "p.txt": "q.txt", "q.txt": "r.txt", "r.txt": "P.txt", "s.txt": "s.txt"}
SCRIPT = "let 次 = #" + json.dumps(NAMES, ensure_ascii=False) + """;
for f in 入力.ファイル { if 次[f.名前] != f.名前 { 名前を変える(f, 次[f.名前], "試し"); } }
処理件数(入力.ファイル.len());
"""
WRITING = ("create", "write", "truncate", "mkdir", "rmdir", "unlink", "rename", "chmod", "chown", "utimens")


def serve(backing, mount, away, blind=""):
    import mfusepy

    def here(folder, name):
        """The name under which something lies in a folder."""
        if not blind or os.path.lexists(f"{folder}/{name}") or not os.path.isdir(folder):
            return name
        return next((known for known in os.listdir(folder) if known.casefold() == name.casefold()), name)

    class Share(mfusepy.Operations):
        use_ns = True

        def __getattribute__(self, name):
            found = object.__getattribute__(self, name)
            if name not in Share.__dict__ or name in ("at", "release") or name.startswith("_") or not callable(found):
                return found

            @functools.wraps(found)
            def called(*arguments):
                if os.path.exists(away):
                    if os.path.getsize(away) == 0:
                        raise mfusepy.FuseOSError(errno.ENOTCONN)
                    if name in WRITING or (name == "open" and arguments[1] & (os.O_WRONLY | os.O_RDWR)):
                        raise mfusepy.FuseOSError(errno.EROFS)
                try:
                    return found(*arguments)
                except OSError as error:
                    raise mfusepy.FuseOSError(error.errno) from error

            return called

        def at(self, path):
            return functools.reduce(lambda folder, name: f"{folder}/{here(folder, name)}", filter(None, path.split("/")), backing)

        def getattr(self, path, fh=None):
            stat = os.lstat(self.at(path))
            named = {name: getattr(stat, name) for name in ("st_mode", "st_nlink", "st_size", "st_uid", "st_gid", "st_ino")}
            return {**named, "st_mtime": stat.st_mtime_ns, "st_ctime": stat.st_ctime_ns, "st_atime": stat.st_atime_ns}

        def readdir(self, path, fh):
            stats = {name: os.lstat(f"{self.at(path)}/{name}") for name in [".", "..", *os.listdir(self.at(path))]}
            return [(name, {"st_mode": stat.st_mode, "st_ino": stat.st_ino}, 0) for name, stat in stats.items()]

        def open(self, path, flags):
            return os.open(self.at(path), flags)

        def create(self, path, mode, fi=None):
            return os.open(self.at(path), os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode)

        def read(self, path, size, offset, fh):
            return os.pread(fh, size, offset)

        def write(self, path, data, offset, fh):
            return os.pwrite(fh, data, offset)

        def truncate(self, path, length, fh=None):
            os.truncate(self.at(path), length)

        def release(self, path, fh):
            os.close(fh)

        def fsync(self, path, datasync, fh):
            raise OSError(errno.EOPNOTSUPP, "no flushing here")

        fsyncdir = fsync

        def mkdir(self, path, mode):
            os.mkdir(self.at(path), mode)

        def rmdir(self, path):
            os.rmdir(self.at(path))

        def unlink(self, path):
            os.unlink(self.at(path))

        def rename(self, old, new):
            folder, name = os.path.split(new)
            os.rename(self.at(old), f"{self.at(folder)}/{name}")

        def chmod(self, path, mode):
            os.chmod(self.at(path), mode)

        def chown(self, path, uid, gid):
            os.chown(self.at(path), uid, gid)

        def utimens(self, path, times=None):
            os.utime(self.at(path), ns=times and tuple(int(at) for at in times))

        def statfs(self, path):
            stat = os.statvfs(self.at(path))
            return {name: getattr(stat, name) for name in dir(stat) if name.startswith("f_") and name not in ("f_fsid", "f_flag")}

    class Fuse(mfusepy.FUSE):
        def rename_fuse_3(self, old, new, flags):
            # Shares of SMB 1 and 2 through FUSE know no such flags.
            return -errno.EINVAL if flags else super().rename_fuse_3(old, new, 0)

    Fuse(Share(), mount, foreground=True, nothreads=True, use_ino=True, default_permissions=True, attr_timeout=0, entry_timeout=0)


@contextlib.contextmanager
def mounted(backing, mount, *more):
    os.mkdir(backing)
    os.mkdir(mount)
    server = subprocess.Popen([sys.executable, __file__, "--serve", backing, mount, *more])
    try:
        assert wait_until(lambda: os.path.ismount(mount), 10), "not mounted"
        yield
    finally:
        subprocess.run(["umount", "-l", mount], stderr=subprocess.DEVNULL)
        server.wait(10)


def case_blind():
    """Names are exact after a renaming in the office and where the files lie, and after the undo of each."""
    with tempfile.TemporaryDirectory() as place, mounted(f"{place}/backing", f"{place}/share", f"{place}/away", "blind"):
        office, behind = pathlib.Path(place) / "share/office", pathlib.Path(place) / "backing/office"
        task, inbox = office / "scripts/試験", office / "受付/試験"
        task.mkdir(parents=True)
        inbox.mkdir(parents=True)
        form = FORM.replace('kind = "file"', 'kind = "folder"').replace('["*.csv"]\n[unit]', '["*"]\n[unit]')
        (task / "task.toml").write_text(form + "rename = true\n")
        (task / "main.rhai").write_text(SCRIPT)
        (office / "jitan.toml").write_text(f'lang = "ja"\nsettle_seconds = 0\nscan_seconds = 1\nstore = "{place}/ledger.db"\n')
        (office / "文書").mkdir()
        assert not (office / "文書/CASE.TXT").exists()
        for name in NAMES:
            (office / "文書" / name).write_text(name)
        assert (office / "文書/CASE.TXT").exists(), "it is not blind"

        def run(*arguments):
            ended = subprocess.run([program(), *arguments], cwd=office, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            assert ended.returncode == 0, f"{arguments}: {ended.returncode} {ended.stdout} {ended.stderr}"

        def exact(folder, names):
            found = {path.name: path.read_text() for path in (behind / folder).iterdir()}
            assert found == names, f"{folder}: {found}"

        before, after = {name: name for name in NAMES}, {new: old for old, new in NAMES.items()}
        run("run", "試験", "文書", "--in-place", "--out", "結果")
        exact("文書", after)
        run("run", "試験", "--undo", "結果/取消用一覧.csv")
        exact("文書", before)
        (office / "文書").rename(inbox / "文書")
        run("watch", "--once")
        exact("完了/試験/文書/文書", after)
        with contextlib.closing(sqlite3.connect(f"{place}/ledger.db")) as store:
            job = store.execute("SELECT id FROM job").fetchone()[0]
        run("jobs", "undo", job, "--yes")
        exact(f"取消/試験/文書 {job}/文書", before)
        print("a case-blind file system: names exact in place and in the office, there and back")


def main():
    if "--case-blind" in sys.argv:
        return case_blind()
    read_only = "--read-only" in sys.argv
    numbers = [argument for argument in sys.argv[1:] if argument != "--read-only"]
    seconds = float(numbers[0]) if numbers else 10
    with tempfile.TemporaryDirectory() as place:
        backing, mount, away = f"{place}/backing", f"{place}/share", f"{place}/away"
        engine = None
        with mounted(backing, mount, away), contextlib.ExitStack() as ending:
            ending.callback(lambda: engine and kill(engine))
            office = Office(f"{mount}/office", settings=f'store = "{place}/ledger.db"\n')
            behind = pathlib.Path(backing) / "office/受付/試験"
            engine = office.start()
            whole = office.inbox
            office.inbox = behind
            for at in range(INPUTS // 2):
                office.drop(6000 + at)
            time.sleep(1.5)
            pathlib.Path(away).write_text("read only" if read_only else "")
            for at in range(INPUTS // 2, INPUTS):
                office.drop(6000 + at)
            time.sleep(seconds)
            assert engine.poll() is None, f"the engine ended while the share was away: {engine.stderr.read().decode()}"
            before = len(list((pathlib.Path(backing) / "office/完了/試験").iterdir()))
            os.remove(away)
            office.inbox = whole
            finished = wait_until(lambda: not any(behind.iterdir()) and not any((pathlib.Path(backing) / "office/.jitan/work").iterdir()), 120, 0.2)
            assert finished, f"left: {list(behind.iterdir())}"
            kill(engine, 15)
            assert engine.wait(60) == 0, engine.stderr.read().decode()
            sums = sorted(total for _, total in office.published())
            assert sums == list(range(6000, 6000 + INPUTS)), sums
            office.database = f"{place}/ledger.db"
            attempts = office.ask("SELECT max(attempts) FROM job")[0][0]
            assert attempts == 1, f"{attempts} attempts"
            what = "read-only" if read_only else "away"
            print(f"a share {what} for {seconds:.0f} s: {before} of {INPUTS} done before, all once after")


if len(sys.argv) > 1 and sys.argv[1] == "--serve":
    serve(*sys.argv[2:6])
else:
    main()
