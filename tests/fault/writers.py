#!/usr/bin/env python3
"""People who do not wait: files that grow in place, are replaced, vanish, or are held open across the claim, under a running engine.

    writers.py [SECONDS]        default 60

Growing files pause for 0.5 to 3 settle times (1 s), with last year's time stamps put back on after each write. What is
published must be one of the states that a writer left at rest; the last state of each file must come out; nothing else.
"""

import os
import random
import sys
import tempfile
import threading
import time

from office import Office, kill, wait_until

SETTLE = 1.0


def content(number, rows):
    return "課,件数\n" + "".join(f"財務課,{number}\n" for _ in range(rows))


class Writers:
    def __init__(self, office, until):
        self.office, self.until = office, until
        self.states = {}  # sums that may come out
        self.last = set()  # sums that must
        self.lock = threading.Lock()
        self.number = 0

    def next(self):
        with self.lock:
            self.number += 1
            return 10_000 * self.number + 1

    def allow(self, total, must=False):
        with self.lock:
            self.states[total] = True
            if must:
                self.last.add(total)

    def grow(self, held):
        """Appends rows with pauses; with `held`, through one open file whatever becomes of its name."""
        while time.monotonic() < self.until:
            number, rows = self.next(), random.randint(2, 5)
            path = self.office.inbox / f"育つ{number}.csv"
            file = open(path, "w")
            file.write("課,件数\n")
            for row in range(rows):
                file.write(f"財務課,{number}\n")
                file.flush()
                self.allow(number * (row + 1))
                if not held:
                    try:
                        os.utime(path, (1, 1_700_000_000))
                    except FileNotFoundError:
                        pass
                time.sleep(random.uniform(0.5, 3) * SETTLE)
            file.close()
            time.sleep(random.uniform(0, 1))

    def replace(self):
        """Saves as Excel does: a temporary name, then a rename over the old one."""
        while time.monotonic() < self.until:
            number = self.next()
            path, temporary = self.office.inbox / f"替える{number}.csv", self.office.inbox / f"~替える{number}.tmp"
            for rows in range(1, random.randint(2, 5)):
                temporary.write_text(content(number, rows))
                self.allow(number * rows)
                os.replace(temporary, path)
                time.sleep(random.uniform(0.1, 2) * SETTLE)

    def vanish(self):
        while time.monotonic() < self.until:
            number = self.next()
            path = self.office.inbox / f"消える{number}.csv"
            path.write_text(content(number, 1))
            self.allow(number)
            time.sleep(random.choice([0.05, 0.05, random.uniform(0.5, 2.5) * SETTLE]))
            try:
                path.unlink()
            except FileNotFoundError:
                pass

    def sound(self):
        while time.monotonic() < self.until:
            number = self.next()
            (self.office.inbox / f"ふつう{number}.csv").write_text(content(number, 1))
            self.allow(number, must=True)
            time.sleep(0.2)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as place:
        office = Office(f"{place}/office", settings="settle_seconds = 1\n")
        engine = office.start()
        writers = Writers(office, time.monotonic() + seconds)
        work = [lambda: writers.grow(False), lambda: writers.grow(True), writers.replace, writers.vanish, writers.sound]
        threads = [threading.Thread(target=target) for target in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rest = wait_until(lambda: not any(office.inbox.iterdir()) and not any((office.folder / ".jitan/work").iterdir()), 60, 0.2)
        assert engine.poll() is None, engine.stderr.read().decode()
        kill(engine, 15)
        assert engine.wait(30) == 0, engine.stderr.read().decode()
        assert rest, f"left: {list(office.inbox.iterdir())}"
        sums = [total for _, total in office.published()]
        aside = [path for folder in ("差戻し", "障害") for path in (office.folder / folder).rglob("*.csv")]
        strange = [total for total in sums if total not in writers.states]
        missing = [total for total in writers.last if total not in sums]
        states = dict(office.ask("SELECT state, count(*) FROM job GROUP BY state"))
        print(f"{writers.number} files in {seconds:.0f} s: {len(sums)} published, {len(aside)} aside, jobs {states}; never at rest so: {len(strange)}, lost: {len(missing)}")
        sys.exit(1 if strange or missing or len(sums) != len(set(sums)) else 0)


main()
