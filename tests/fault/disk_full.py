#!/usr/bin/env python3
"""A disk that fills up under a running engine, in bytes or in files, and is freed again: all inputs finish without help.

    sudo disk_full.py [ROUNDS]        default 20; needs root to mount a small tmpfs
"""

import os
import random
import subprocess
import sys
import tempfile
import time

from office import Office, kill, wait_until

INPUTS = 40


def fill_bytes(mount):
    path = f"{mount}/ballast-of-others"
    with open(path, "wb", buffering=0) as file:
        size = 1 << 20
        while size >= 512:
            try:
                file.write(b"x" * size)
            except OSError:
                size //= 2
    return [path]


def fill_files(mount):
    made = []
    try:
        for number in range(1_000_000):
            path = f"{mount}/other-{number}"
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
            made.append(path)
    except OSError:
        pass
    return made


def one(number, mount):
    files = number % 2
    options = "nr_inodes=800,size=256m" if files else "size=24m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", mount], check=True)
    engine = None
    try:
        office = Office(f"{mount}/office")
        for at in range(INPUTS):
            office.drop(3000 + at, rows=2000)
        engine = office.start()
        time.sleep(random.uniform(0.05, 1.5))
        made = (fill_files if files else fill_bytes)(mount)
        time.sleep(random.uniform(0.5, 3))
        assert engine.poll() is None, f"the engine ended on a full disk: {engine.stderr.read().decode()}"
        page = (office.folder / "状況.html").read_text() if (office.folder / "状況.html").exists() else ""
        left = len(list(office.inbox.iterdir()))
        said = "空き" in page
        for path in made:
            os.remove(path)
        finished = wait_until(lambda: not any(office.inbox.iterdir()) and not any((office.folder / ".jitan/work").iterdir()), 90)
        assert finished, f"not finished after the disk was freed: {list(office.inbox.iterdir())}"
        kill(engine, 15)
        assert engine.wait(30) == 0
        attempts = office.ask("SELECT max(attempts) FROM job")[0][0]
        done = office.account()
        assert done == INPUTS, f"{done} of {INPUTS}"
        return left, said, attempts
    finally:
        if engine:
            kill(engine)
        wait_until(lambda: subprocess.run(["umount", mount], stderr=subprocess.DEVNULL).returncode == 0, 10)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    bad, caught, said, attempts = 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as place:
        for number in range(rounds):
            try:
                left, told, most = one(number, place)
                caught += left > 0
                said += told and left > 0
                attempts = max(attempts, most)
            except AssertionError as error:
                bad += 1
                print(f"round {number} ({'files' if number % 2 else 'bytes'}): {error}", flush=True)
    print(f"{rounds} full disks (bytes and files in turn), {caught} with inputs waiting, {said} of these said on the page; most attempts {attempts}; {bad} bad")
    sys.exit(1 if bad else 0)


main()
