#!/usr/bin/env python3
"""A stand-in for a share: an office on a FUSE file system without events, flushing and RENAME_NOREPLACE, that goes away and returns.

    sudo share.py [SECONDS_AWAY]                    default 10
    sudo share.py [SECONDS_AWAY] --read-only        it can be read all the time, but not written to

Needs root, libfuse 3 and the package mfusepy. Files are dropped behind the mount, as another machine does; while the share is
away every call fails with ENOTCONN, or every call that writes with EROFS. The store lies on a local disk, as it must. Every
input once, no attempt used up.
"""

import errno
import functools
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from office import Office, kill, wait_until

INPUTS = 20
WRITING = ("create", "write", "truncate", "mkdir", "rmdir", "unlink", "rename", "chmod", "chown", "utimens")


def serve(backing, mount, away):
    import mfusepy

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
            return backing + path

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
            os.rename(self.at(old), backing + new)

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


def main():
    read_only = "--read-only" in sys.argv
    numbers = [argument for argument in sys.argv[1:] if argument != "--read-only"]
    seconds = float(numbers[0]) if numbers else 10
    with tempfile.TemporaryDirectory() as place:
        backing, mount, away = f"{place}/backing", f"{place}/share", f"{place}/away"
        os.mkdir(backing)
        os.mkdir(mount)
        server = subprocess.Popen([sys.executable, __file__, "--serve", backing, mount, away])
        engine = None
        try:
            assert wait_until(lambda: os.path.ismount(mount), 10), "not mounted"
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
        finally:
            if engine:
                kill(engine)
            subprocess.run(["umount", "-l", mount], stderr=subprocess.DEVNULL)
            server.wait(10)


if len(sys.argv) > 1 and sys.argv[1] == "--serve":
    serve(*sys.argv[2:5])
else:
    main()
