#!/usr/bin/env python3
"""Three engines at one inbox, stopped and woken at random: each input once.

    engines.py [INPUTS]        default 300

First three engines of one office: one works, the others are refused, and a stopped one is never overtaken on its own machine.
Then three offices with stores of their own that share the inbox: the rename of the claim is the referee.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

from office import Office, kill, program, wait_until


def disturb(engines, until):
    """Stops and wakes engines, at random, until told."""
    while not until.is_set():
        engine = random.choice(engines)
        if engine.poll() is None:
            kill(engine, signal.SIGSTOP)
            time.sleep(random.uniform(0.01, 0.6))
            kill(engine, signal.SIGCONT)
        time.sleep(random.uniform(0.01, 0.2))


def one_office(place):
    office = Office(f"{place}/one")
    for at in range(60):
        office.drop(4000 + at)
    engines = [office.start() for _ in range(3)]
    refused = wait_until(lambda: sum(engine.poll() is not None for engine in engines) == 2, 30)
    codes = [engine.poll() for engine in engines]
    assert refused and sorted(code is None for code in codes) == [False, False, True], codes
    working = engines[codes.index(None)]
    kill(working, signal.SIGSTOP)
    late = office.start()
    assert wait_until(lambda: late.poll() is not None, 20), "a stopped engine was overtaken"
    kill(working, signal.SIGCONT)
    assert wait_until(lambda: not any(office.inbox.iterdir()) and not any((office.folder / ".jitan/work").iterdir()), 120), "not done"
    kill(working, signal.SIGTERM)
    assert working.wait(30) == 0
    assert office.account() == 60
    print(f"one office: two of three refused (exit {[code for code in codes if code is not None]}), a fourth too (exit {late.returncode}) while the first was stopped; 60 inputs once", flush=True)


def shared_inbox(place, inputs):
    inbox = f"{place}/share/受付/試験"
    os.makedirs(inbox)
    offices = [Office(f"{place}/office{at}", settings=f'[tasks."試験"]\ninbox = ["{inbox}"]\n', inbox=inbox) for at in range(3)]
    engines = [office.start() for office in offices]
    until = threading.Event()
    disturber = threading.Thread(target=disturb, args=(engines, until))
    disturber.start()
    for at in range(inputs):
        path = f"{inbox}/.一覧{at}"
        with open(path, "w") as file:
            file.write(f"課,件数\n財務課,{50_000 + at}\n")
        os.rename(path, f"{inbox}/一覧{at}.csv")
    works = [office.folder / ".jitan/work" for office in offices]
    done = wait_until(lambda: not any(name.endswith(".csv") for name in os.listdir(inbox)) and not any(any(work.iterdir()) for work in works if work.exists()), 300, 0.2)
    until.set()
    disturber.join()
    for engine in engines:
        kill(engine, signal.SIGCONT)
        kill(engine, signal.SIGTERM)
    codes = [engine.wait(60) for engine in engines]
    assert done, f"left: {len(os.listdir(inbox))}"
    assert codes == [0, 0, 0], [engine.stderr.read().decode() for engine in engines]
    sums = [total for office in offices for _, total in office.published()]
    assert sorted(sums) == list(range(50_000, 50_000 + inputs)), f"{len(sums)} published of {inputs}, {len(set(sums))} different"
    aside = [path for office in offices for folder in ("差戻し", "障害") for path in (office.folder / folder).rglob("*.csv")]
    assert not aside, aside
    for office in offices:
        verified = subprocess.run([program(), "ledger", "verify"], cwd=office.folder, capture_output=True)
        assert verified.returncode == 0, verified
    shares = [len(office.published()) for office in offices]
    vanished = [office.ask("SELECT count(*) FROM job WHERE state = 'vanished'")[0][0] for office in offices]
    print(f"three offices at one inbox: {inputs} inputs, each once ({shares}); claims lost to another engine: {vanished}")


def main():
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as place:
        one_office(place)
        shared_inbox(place, inputs)


main()
