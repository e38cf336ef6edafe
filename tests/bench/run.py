#!/usr/bin/env python3
"""Measures `jitan run` against bare loops and openpyxl: see README.md. Called by run.sh.

    run.py --lab DIR [--only w1,w3] [-n RUNS] [--fresh] [--no-jitan] [--no-build] [--json FILE]

Each run is a whole process tree from exec to exit, measured through GNU time: user + system seconds of everything that was waited
for (the worker too, since jitan waits for it), and the peak resident memory of its largest process. The bare loop and jitan take
turns, so that a busy machine weighs on both; openpyxl runs once and is kept in the lab with its date until --fresh.
"""
import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

import check

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TIME = "/usr/bin/time"

# What the project promises: times the bare loop, times faster than openpyxl (for w4 a plain Python script), MiB of the largest process.
LIMITS = {
    "w1": {"bare": 1.5, "peer": 8, "mib": 256},
    "w2": {"bare": 1.3, "peer": 7, "mib": 150},
    "w3": {"bare": 1.5, "peer": 5, "mib": 160},
    "w4": {"bare": 2.0, "peer": 1, "mib": 150},
    "w6": {"bare": 1.3, "peer": 8, "mib": 400},
    "small": {"seconds": 0.050, "mib": 40},
}
# CPU seconds per million rows: a closure above the native verb, the native verb above reading alone.
CLOSURE, NATIVE = 0.9, 0.1
TITLES = {
    "w1": "1,000,000 x 8 to a weekly workbook",
    "w2": "500 workbooks to a ledger and errors",
    "w3": "exam 20,000 x 100, CP932 to 4 sheets",
    "w4": "100,000 files renamed and back",
    "w6": "join 200,000 + 200,000, 12 columns out",
    "small": "a 60-row workbook, whole command",
}
DATA = {"w1": "w1.xlsx", "w2": "w2", "w3": "w3_answers.csv", "w4": "w4", "w6": "w6_b.xlsx", "small": "small.xlsx", "closure": "w1.xlsx"}


def paths(lab):
    """What the bare loop and the peer of each workload are given, and what jitan is given, without the program itself."""
    d = os.path.join(lab, "data")
    w3, w6 = [f"{d}/w3_answers.csv", f"{d}/w3_key.xlsx"], [f"{d}/w6_a.xlsx", f"{d}/w6_b.xlsx"]
    w4 = [f"{d}/w4", f"{d}/w4_rules.csv"]
    return {
        "w1": ([f"{d}/w1.xlsx", "{out}/result.xlsx"], [f"{d}/w1.xlsx"]),
        "w2": ([f"{d}/w2", "{out}/result.xlsx"], [f"{d}/w2"]),
        "w3": ([*w3, "{out}/result.xlsx"], w3),
        "w4": (w4, [w4[0]]),
        "w6": ([*w6, "{out}/result.xlsx"], w6),
        "small": (None, [f"{d}/small.xlsx"]),
        "closure": (None, [f"{d}/w1.xlsx"]),
    }


def commands(jitan, workload, given):
    """The command lines of jitan for a workload, one after another."""
    run = lambda task, *more: [jitan, "--office", HERE, "run", os.path.join(HERE, "tasks", task), *given, "--out", "{out}", *more]
    if workload == "w4":
        return [run("w4-there", "--in-place"), run("w4-back", "--in-place")]
    return [run(workload)]


def once(lines, work):
    """One run of some command lines in their empty folder: seconds of CPU and wall, MiB, status, what was printed."""
    if os.path.isdir(work):
        shutil.rmtree(work)
    os.makedirs(work)
    total = {"cpu": 0.0, "wall": 0.0, "mib": 0.0, "rc": 0, "out": ""}
    for line in lines:
        line = [x.replace("{out}", work) for x in line]
        kept = work + ".time"
        start = time.perf_counter()
        # The kernel carries the peak of the forking process over exec; GNU time between keeps this Python's memory out of the figure.
        # CPU comes from wait4, whose clock is finer than GNU time's hundredths.
        with open(work + ".said", "w+b") as said:
            p = subprocess.Popen([TIME, "-q", "-o", kept, "-f", "%M", *line], cwd=work, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            _, status, used = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(status)
            total["wall"] += time.perf_counter() - start
            said.seek(0)
            printed = said.read()
        total["cpu"] += used.ru_utime + used.ru_stime
        total["mib"] = max(total["mib"], int(open(kept).read().split()[-1]) / 1024)
        total["out"] += printed.decode(errors="replace")[-2000:]
        total["rc"] = p.returncode
        if p.returncode != 0:
            break
    os.remove(kept)
    os.remove(work + ".said")
    return total


def summary(rows):
    if not rows:
        return None
    bad = [r for r in rows if r["rc"] != 0]
    if bad:
        return {"failed": f"exit status {bad[0]['rc']}: {bad[0]['out'][-600:].strip()}"}
    med = lambda key: round(statistics.median(r[key] for r in rows), 3)
    return {"cpu": med("cpu"), "cpu_min": round(min(r["cpu"] for r in rows), 3), "cpu_max": round(max(r["cpu"] for r in rows), 3),
            "wall": med("wall"), "mib": round(max(r["mib"] for r in rows), 1), "n": len(rows)}


def prepare(lab, only, build):
    """Data, bare loops and jitan; answers the two binaries."""
    if not os.path.exists(TIME):
        sys.exit("GNU time is needed: apt-get install time")
    data = os.path.join(lab, "data")
    made = {"w1": ["w1"], "w2": ["w2"], "w3": ["w3"], "w4": ["w4", "w4_rules"], "w6": ["w6"], "small": ["small"], "closure": ["w1"]}
    for w in only:
        if not os.path.exists(os.path.join(data, DATA[w])):
            print(f"making the data of {w} …", file=sys.stderr, flush=True)
            subprocess.run([sys.executable, os.path.join(HERE, "gen.py"), data, *made[w]], check=True, stdout=sys.stderr)
    target = lambda name: os.environ.get("BENCH_TARGET_" + name.upper(), os.path.join(lab, "target-" + name))
    if build:
        for name, manifest in (("limits", os.path.join(HERE, "limits/Cargo.toml")), ("jitan", os.path.join(ROOT, "Cargo.toml"))):
            if name == "jitan" and build == "limits":
                continue
            subprocess.run(["cargo", "build", "--release", "--quiet", "--locked", "--manifest-path", manifest], check=True,
                           env={**os.environ, "CARGO_TARGET_DIR": target(name)})
    return os.path.join(target("limits"), "release/limits"), os.path.join(target("jitan"), "release/jitan")


def whole_tree(lab):
    """The tree of w4 as it was made; made again where a run that broke off has left renamed files."""
    tree = os.path.join(lab, "data", "w4")
    names = check.names(tree)
    if any(n.startswith("【") for _, n in names) or len(names) != 100_000:
        shutil.rmtree(tree)
        subprocess.run([sys.executable, os.path.join(HERE, "gen.py"), os.path.join(lab, "data"), "w4"], check=True, stdout=sys.stderr)
        names = check.names(tree)
    return names


def peer(lab, workload, given, out, fresh):
    """openpyxl on the same work, once; kept in the lab."""
    kept = os.path.join(lab, "peers.json")
    known = json.load(open(kept)) if os.path.exists(kept) else {}
    if workload in known and not fresh:
        return known[workload]
    print(f"{workload}: openpyxl, which takes its time …", file=sys.stderr, flush=True)
    program = "w4_python.py" if workload == "w4" else f"{workload}_openpyxl.py"
    line = [sys.executable, os.path.join(HERE, "peers", program), *given]
    runs = 3 if workload == "w4" else 1
    got = summary([once([line], os.path.join(out, workload + ".peer")) for _ in range(runs)])
    if "failed" in got:
        return got
    known = json.load(open(kept)) if os.path.exists(kept) else {}
    known[workload] = {**got, "date": datetime.date.today().isoformat()}
    with open(kept, "w") as f:
        json.dump(known, f, indent=1)
    return known[workload]


def workload(w, lab, limits, jitan, n, fresh):
    """Runs one workload, bare and jitan in turn."""
    out = os.path.join(lab, "out")
    loop, given = paths(lab)[w]
    before = whole_tree(lab) if w == "w4" else None
    bare, ours, verdict = [], [], None
    for i in range(n + 1):      # the first round warms the caches and is dropped
        if loop:
            bare.append(once([[limits, w, *loop]], os.path.join(out, w + ".bare")))
        if jitan:
            ours.append(once(commands(jitan, w, given), os.path.join(out, w + ".jitan")))
            if ours[-1]["rc"] != 0:
                break
    if len(ours) > 1 or not jitan:
        bare, ours = bare[1:], ours[1:]
    result = {"bare": summary(bare), "jitan": summary(ours)}
    if loop:
        result["peer"] = peer(lab, w, loop, out, fresh)
    if jitan and ours[-1]["rc"] == 0:
        result["check"] = check.check(w, lab, before)
    return result


def closure(lab, jitan, n):
    """Reading alone, with a native group-by, and with a closure over each row: what the last two add."""
    given = paths(lab)["closure"][1]
    forms = {}
    for i in range(n + 1):
        for form in ("load", "native", "row"):
            line = [jitan, "--office", HERE, "run", os.path.join(HERE, "tasks", "closure-" + form), *given, "--out", "{out}"]
            forms.setdefault(form, []).append(once([line], os.path.join(lab, "out", "closure-" + form)))
    got = {form: summary(rows[1:] or rows) for form, rows in forms.items()}
    if any("failed" in x for x in got.values()):
        return {**got, "failed": next(x["failed"] for x in got.values() if "failed" in x)}
    # Differences of two runs: the least of each is the least disturbed.
    native = round(got["native"]["cpu_min"] - got["load"]["cpu_min"], 3)
    return {**got, "native_seconds": native, "closure_seconds": round(got["row"]["cpu_min"] - got["native"]["cpu_min"], 3)}


def judge(w, r):
    """The line of one workload for the table, and whether all its limits hold."""
    limit, ours = LIMITS[w], r.get("jitan")
    if not ours or "failed" in ours:
        return ["failed" if ours else "not run"] + [""] * 6, False if ours else None
    parts, ok = [f"{ours['cpu']:.3f}"], r.get("check") == "ok"
    if "seconds" in limit:
        ok &= ours["cpu"] <= limit["seconds"]
        parts += [f"<= {limit['seconds'] * 1000:.0f} ms", "", ""]
    else:
        ratio, faster = ours["cpu"] / r["bare"]["cpu"], r["peer"]["cpu"] / ours["cpu"]
        r["ratio_bare"], r["faster_than_peer"] = round(ratio, 2), round(faster, 2)
        ok &= ratio <= limit["bare"] and faster >= limit["peer"]
        parts += [f"{r['bare']['cpu']:.3f}", f"{ratio:.2f} <= {limit['bare']}", f"{faster:.1f} >= {limit['peer']}"]
    ok &= ours["mib"] <= limit["mib"]
    parts += [f"{ours['mib']:.0f} <= {limit['mib']}", r.get("check", "")]
    return parts, ok


def report(results):
    """The table on the screen; answers whether everything that ran holds."""
    fmt = "{:8} {:40} {:>9} {:>9} {:>14} {:>14} {:>12}  {:6} {}"
    print(fmt.format("", "", "jitan s", "bare s", "x bare", "x faster", "MiB", "", "result"))
    good = True
    for w, r in results.items():
        if w == "closure":
            continue
        (*parts, verdict), ok = judge(w, r)
        r["pass"] = ok
        good &= ok is not False
        print(fmt.format(w, TITLES[w], *parts, "pass" if ok else "FAIL" if ok is False else "-", verdict))
        if r.get("jitan") and "failed" in r["jitan"]:
            print("         " + r["jitan"]["failed"].replace("\n", "\n         "))
    c = results.get("closure")
    if c and "failed" in c:
        print("closure  failed: " + c["failed"])
        good = False
    elif c:
        for name, got, limit in (("closure over a row handle, two columns, above native", c["closure_seconds"], CLOSURE), ("native group-by above reading", c["native_seconds"], NATIVE)):
            ok = got <= limit
            good &= ok
            print(f"closure  {name:58} {got:.3f} s <= {limit} s per 1,000,000 rows   {'pass' if ok else 'FAIL'}")
        c["pass"] = c["closure_seconds"] <= CLOSURE and c["native_seconds"] <= NATIVE
    return good


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--lab", required=True)
    a.add_argument("--only")
    a.add_argument("-n", type=int, default=3)
    a.add_argument("--fresh", action="store_true", help="measure openpyxl again")
    a.add_argument("--no-jitan", action="store_true", help="only the bare loops and openpyxl")
    a.add_argument("--no-build", action="store_true")
    a.add_argument("--json")
    a = a.parse_args()
    lab = os.path.abspath(a.lab)
    only = a.only.split(",") if a.only else list(DATA)
    limits, jitan = prepare(lab, only, None if a.no_build else "limits" if a.no_jitan else "all")
    jitan = None if a.no_jitan else jitan
    results = {}
    for w in only:
        if w == "closure":
            if jitan:
                results[w] = closure(lab, jitan, a.n)
        elif jitan or w != "small":
            results[w] = workload(w, lab, limits, jitan, a.n, a.fresh)
        print(f"{w}: {json.dumps(results.get(w), ensure_ascii=False)}", file=sys.stderr, flush=True)
    good = report(results)
    kept = a.json or os.path.join(lab, "results.json")
    with open(kept, "w") as f:
        json.dump({"date": datetime.datetime.now().isoformat(timespec="seconds"), "machine": platform.processor() or platform.machine(),
                   "cores": os.cpu_count(), "load": os.getloadavg(), "workloads": results}, f, ensure_ascii=False, indent=1)
    print(f"kept in {kept}", file=sys.stderr)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
