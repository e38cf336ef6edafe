#!/usr/bin/env python3
"""Power cuts: the file system of a running office is shut down at a random moment, without writing back what it holds.

    sudo power_cut.py [ROUNDS]        default 300; every third round is cut a second time while it recovers

Needs root, loop devices and mkfs.ext4. Each round: a fresh ext4 of 48 MB, ten inputs on the disk, an engine, EXT4_IOC_SHUTDOWN
without a flush of the journal, unmount, mount, recovery, and the account: every input once, every output whole.
"""

import fcntl
import os
import random
import struct
import subprocess
import sys
import tempfile
import time

from office import Office, kill, wait_until

SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
INPUTS = 10


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


def one(number, whole, place):
    image, mount = f"{place}/disk", f"{place}/mount"
    os.makedirs(mount, exist_ok=True)
    with open(image, "wb") as disk:
        disk.truncate(48 << 20)
    run("mkfs.ext4", "-q", "-F", image)
    run("mount", "-o", "loop", image, mount)
    try:
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
    finally:
        wait_until(lambda: subprocess.run(["umount", mount], stderr=subprocess.DEVNULL).returncode == 0, 5)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
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
