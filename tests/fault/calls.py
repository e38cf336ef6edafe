#!/usr/bin/env python3
"""System calls that fail, and kills at the N-th call, by strace's injection. No root needed.

    calls.py kill            the engine dies at the N-th rename, fsync and write, for N = 1, 2, .. until a run completes
    calls.py fail [STEP]     EIO, ENOSPC, EDQUOT, EINTR, EACCES, EXDEV at the N-th call, every STEP-th N (default 3)

After each, an undisturbed engine brings everything to its end, and every input is accounted for. Workers are let go at their
execve: they have their own tests (a worker that dies costs an attempt).
"""

import collections
import shutil
import sys
import tempfile

from office import Office

INPUTS = 3
CALLS = {"rename": "rename,renameat,renameat2", "fsync": "fsync,fdatasync", "write": "write,pwrite64", "unlink": "unlink,unlinkat,rmdir", "mkdir": "mkdir,mkdirat", "open": "openat"}
FAILURES = {
    "rename": ["EIO", "ENOSPC", "EACCES", "EXDEV", "EINTR"],
    "fsync": ["EIO", "ENOSPC", "EDQUOT", "EINTR"],
    "write": ["EIO", "ENOSPC", "EDQUOT", "EINTR"],
    "unlink": ["EIO", "EACCES"],
    "mkdir": ["ENOSPC", "EACCES"],
    "open": ["EIO", "ENOSPC", "EACCES", "EINTR"],
}


def strace(calls, injected):
    wrap = ["strace", "-f", "-qq", "-b", "execve", "-e", f"trace={calls}", "-e", f"inject={calls}:{injected}", "-o", "/dev/null"]
    return wrap


def one(place, name, calls, injected):
    """One disturbed run, then undisturbed ones. Gives the status of the disturbed one."""
    office = Office(f"{place}/{name}", settings="workers = 1\n")
    for at in range(INPUTS):
        office.drop(2000 + at)
    first, said = office.once(wrap=strace(calls, injected), timeout=90)
    assert first != 101, f"the engine panicked: {said}"
    for _ in range(3):
        status, said = office.once(timeout=90)
        if status == 0:
            break
    assert status == 0, f"the undisturbed run ended with {status}: {said}"
    done = office.account()
    assert done == INPUTS, f"{done} of {INPUTS}"
    shutil.rmtree(office.folder)
    return first


def kills(place):
    bad = 0
    for kind in ("rename", "fsync", "write"):
        number, killed = 0, 0
        while True:
            number += 1
            try:
                status = one(place, f"{kind}{number}", CALLS[kind], f"signal=KILL:when={number}")
            except AssertionError as error:
                bad += 1
                print(f"kill at {kind} {number}: {error}", flush=True)
                continue
            if status == 0:
                break
            killed += 1
            if number > 400:
                print(f"{kind}: does not complete after {number}")
                break
        print(f"killed at each of {killed} {kind} calls; run {number} completed; {bad} bad so far", flush=True)
    return bad


def failures(place, step):
    bad, runs, statuses = 0, 0, collections.Counter()
    for kind, errors in FAILURES.items():
        for error in errors:
            number, calm = 1, 0
            while calm < 2 and number < 240:
                try:
                    status = one(place, f"{kind}{error}{number}", CALLS[kind], f"error={error}:when={number}")
                    statuses[status] += 1
                    # Beyond the last call nothing is disturbed; two calm runs in a row are taken as the end.
                    calm = calm + 1 if status == 0 and number > 60 else 0
                except AssertionError as trouble:
                    bad += 1
                    print(f"{error} at {kind} {number}: {trouble}", flush=True)
                runs += 1
                number += step
            print(f"{kind} {error}: up to call {number}, {bad} bad so far", flush=True)
    print(f"{runs} runs with one failing call; how the disturbed runs ended: {dict(statuses)}; {bad} bad")
    return bad


def main():
    what = sys.argv[1] if len(sys.argv) > 1 else "kill"
    step = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as place:
        bad = kills(place) if what == "kill" else failures(place, step)
    sys.exit(1 if bad else 0)


main()
