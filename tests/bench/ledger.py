#!/usr/bin/env python3
"""What a ledger of a million rows costs: ledger.py --lab DIR [--rows N] [-n RUNS] [--no-build]. Python's standard library alone.

The ledger is made by docs/ledger.md and the schema, not by jitan, so a sound verdict is also a check of the page. Then, in turn: the rows in
their canonical form read and hashed by SHA-256 as one stream (the floor), and `verify`. Also recompute, the sums of a report, and the
commit of a job in an empty ledger and in this one. Exit status 0: every limit holds.
"""
import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# verify against reading and hashing, by the clock: it shares its rows among the cores (the processor's time is shown beside); a commit in the large ledger against one in an empty one.
LIMITS = {"verify": 3.0, "append": 2.0}
COLUMNS = ("n at date kind job task version department unit units counted before after rework saved baseline content ending "
           "errors warnings notes body hash").split()


def rows(count):
    """The columns of so many rows without their hash: one baseline a task, then runs, every fiftieth a rework."""
    tasks = [("検査統計集計", "医療保健部", "報告"), ("採点集計", "人事委員会事務局", "答案"), ("個人情報分類記号", "総務部", "ファイル")]
    terms = {"after": 2000, "author": "見本 花子", "before": 12000, "date": "2026-04-01", "department": "", "high": None, "low": None,
             "method": "interview", "name_en": "", "name_ja": "", "new_work": False, "reason": None, "rework": 10000, "samples": 10,
             "unit_en": "", "unit_ja": "", "units_per_year": None}
    for n in range(1, count + 1):
        day = n * 364 // (count + 1)
        month = (3 + day // 31) % 12 + 1
        at = f"{2026 if month > 3 else 2027}-{month:02}-{day % 31 * 28 // 31 + 1:02}T09:00:00"
        which = n % len(tasks)
        name, department, unit = tasks[which]
        if n <= len(tasks):
            body = json.dumps({"terms": {**terms, "name_ja": name, "department": department}, "version": 1}, ensure_ascii=False)
            yield [n, at, at[:10], "baseline", None, name, None, department, unit, 0, 0, 12000, 2000, 10000, 0, None, None, None, 0, 0, 0, body]
            continue
        baseline = which or len(tasks)
        content = hashlib.sha256(str(n).encode()).hexdigest()
        body = json.dumps({"attempts": 1, "counting": "first", "engine": "0.1.0", "files": 1, "milliseconds": n % 900,
                           "rows": {"excluded": 2, "read": 60, "used": 58}}, separators=(",", ":"))
        job = f"{at[:4]}{at[5:7]}{at[8:10]}-{n:07}"
        if n % 50 == 0:
            yield [n, at, at[:10], "rework", job, name, "v1", department, unit, 0, 0, 0, 0, 10000, -10000, baseline, content, "returned", 3, 1, 0, body]
        else:
            units = n % 40 + 1
            yield [n, at, at[:10], "run", job, name, "v1", department, unit, units, units, units * 12000, units * 2000, 0, units * 10000, baseline,
                   content, "done", 0, 1, 2, body]


def make(lab, count):
    """The store and its rows as one text; kept in the lab."""
    store, text = os.path.join(lab, f"ledger-{count}.db"), os.path.join(lab, f"ledger-{count}.txt")
    if os.path.exists(store) and os.path.exists(text):
        return store, text
    for old in (store, text):
        if os.path.exists(old):
            os.remove(old)
    print(f"making a ledger of {count:,} rows …", file=sys.stderr, flush=True)
    db = sqlite3.connect(store + ".part")
    db.executescript(open(os.path.join(ROOT, "engine/ledger/schema/1.sql"), encoding="utf-8").read())
    db.executescript("PRAGMA application_id = 0x6a74616e; PRAGMA user_version = 1; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    before = "0" * 64
    at = ""
    with open(text, "w", encoding="utf-8") as lines:
        def hashed():
            nonlocal before, at
            for row in rows(count):
                at = row[1] = max(at, row[1])
                row[2] = at[:10]
                canonical = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
                lines.write(before + "\n" + canonical)
                before = hashlib.sha256(f"{before}\n{canonical}".encode()).hexdigest()
                yield [*row, before]
        db.executemany(f"INSERT INTO entry ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})", hashed())
    db.commit()
    db.close()
    os.replace(store + ".part", store)
    return store, text


def run(program, *words):
    """CPU and wall seconds of a run, peak MiB, and the last JSON line it printed."""
    start = time.perf_counter()
    p = subprocess.Popen([program, *words], stdout=subprocess.PIPE)
    printed = p.stdout.read().decode()
    _, status, used = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode != 0:
        sys.exit(f"{' '.join(words)} failed: {printed}")
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    figures = {key: value for line in lines for key, value in line.items()}
    return {"cpu": used.ru_utime + used.ru_stime, "wall": time.perf_counter() - start, "mib": used.ru_maxrss / 1024, **figures}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lab", default=os.path.join(ROOT, "target/bench"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("-n", type=int, default=3)
    parser.add_argument("--no-build", action="store_true")
    given = parser.parse_args()
    lab = os.path.abspath(given.lab)
    os.makedirs(lab, exist_ok=True)
    target = os.environ.get("BENCH_TARGET_LEDGER", os.path.join(lab, "target-ledger"))
    if not given.no_build:
        manifest = os.path.join(HERE, "ledger/Cargo.toml")
        subprocess.run(["cargo", "build", "--release", "--quiet", "--manifest-path", manifest], check=True,
                       env={**os.environ, "CARGO_TARGET_DIR": target})
    program = os.path.join(target, "release/ledger-bench")
    store, text = make(lab, given.rows)
    # The floor and the check take turns, so that a busy machine weighs on both; the first round warms the caches.
    rounds = [(run(program, "hash", text), run(program, "verify", store)) for _ in range(given.n + 1)][1:]
    middle = lambda at, key: statistics.median(one[at][key] for one in rounds)
    result = {"rows": given.rows, "bytes": os.path.getsize(text),
              "hash": {key: round(middle(0, key), 3) for key in ("cpu", "wall", "mib")},
              "verify": {key: round(middle(1, key), 3) for key in ("cpu", "wall", "mib")}}
    for name in ("recompute", "sums"):
        result[name] = {key: round(value, 3) for key, value in run(program, name, store).items() if key in ("cpu", "wall", "mib")}
    # A copy is appended to, so that the next run finds the same ledger.
    large, empty = os.path.join(lab, "ledger-large.db"), os.path.join(lab, "ledger-empty.db")
    for name in (large, empty):
        for end in ("", "-wal", "-shm"):
            if os.path.exists(name + end):
                os.remove(name + end)
    shutil.copy(store, large)
    appended = [(run(program, "append", empty, "500")["commit_ms"], run(program, "append", large, "500")["commit_ms"]) for _ in range(given.n)]
    result["commit_ms"] = {"empty": round(statistics.median(a for a, _ in appended), 3), "large": round(statistics.median(b for _, b in appended), 3)}
    for end in ("", "-wal", "-shm"):
        for name in (large, empty):
            if os.path.exists(name + end):
                os.remove(name + end)
    result["x"] = {"verify": round(result["verify"]["wall"] / result["hash"]["wall"], 2),
                   "verify_cpu": round(result["verify"]["cpu"] / result["hash"]["cpu"], 2),
                   "append": round(result["commit_ms"]["large"] / result["commit_ms"]["empty"], 2)}
    json.dump(result, open(os.path.join(lab, "ledger.json"), "w"), indent=1)
    print(json.dumps(result, indent=1))
    sys.exit(0 if all(result["x"][name] <= limit for name, limit in LIMITS.items()) else 1)


if __name__ == "__main__":
    main()
