#!/usr/bin/env python3
"""Measures jitan against bare loops and other people's tools: see README.md. Called by run.sh.

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
    "w1": {"bare": 0.4, "peer": 25, "polars": 2.5, "mib": 200},
    "w2": {"bare": 1.0, "peer": 9, "mib": 150},
    "w3": {"bare": 1.5, "peer": 5, "mib": 160},
    "w4": {"bare": 2.0, "peer": 1, "mib": 150},
    "w5": {"bare": 8, "peer": 50, "umya": 3, "mib": 48},
    "w6": {"bare": 1.3, "peer": 8, "mib": 400},
    "read": {"bare": 0.3, "mib": 64},
    "edit": {"bare": 1.5, "mib": 300},
    "mark": {"bare": 2.0, "mib": 300},
    "small": {"seconds": 0.050, "mib": 40},
}
# CPU seconds per million rows: a closure above the native verb, the native verb above reading alone.
CLOSURE, NATIVE = 0.9, 0.1
TITLES = {
    "w1": "1,000,000 x 8 to a weekly workbook",
    "w2": "500 workbooks to a ledger and errors",
    "w3": "exam 20,000 x 100, CP932 to 4 sheets",
    "w4": "100,000 files renamed and back",
    "w5": "one form filled 300 times",
    "w6": "join 200,000 + 200,000, 12 columns out",
    "read": "200,000 x 8 streamed to a sink, ",
    "edit": "one cell edited, ",
    "mark": "500 findings marked in 20,000 rows",
    "small": "a 60-row workbook, whole command",
}
DATA = {"w1": "w1.xlsx", "w2": "w2", "w3": "w3_answers.csv", "w4": "w4", "w5": "w5_list.xlsx", "w6": "w6_b.xlsx", "small": "small.xlsx", "closure": "w1.xlsx",
        "read": "read_excel.xlsx", "edit": "edit.xlsx", "mark": "mark.xlsx"}
MADE = {"w4": ["w4", "w4_rules"], "closure": ["w1"], "edit": ["edit", "w1"]}
# Measured within the room `book`, by the program in workbook/: the row's name, and the file.
ROOM = {
    "read": [("xlsxwriter", "read_xlsxwriter.xlsx"), ("openpyxl", "read_openpyxl.xlsx"), ("LibreOffice", "read_libreoffice.xlsx"), ("as Excel writes", "read_excel.xlsx")],
    "edit": [("50,000 rows", "edit.xlsx"), ("1,000,000 rows", "w1.xlsx")],
    "mark": [("", "mark.xlsx")],
}
SHEET = "xl/worksheets/sheet1.xml"


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
        "w5": ([f"{d}/w5_template.xlsx", f"{d}/w5_list.xlsx", "{out}"], [f"{d}/w5_list.xlsx"]),
        "w6": ([*w6, "{out}/result.xlsx"], w6),
        "small": (None, [f"{d}/small.xlsx"]),
        "closure": (None, [f"{d}/w1.xlsx"]),
    }


def commands(jitan, workload, given):
    """The command lines of jitan for a workload, one after another."""
    run = lambda task, *more: [jitan, "--office", HERE, "run", os.path.join(HERE, "tasks", task), *given, "--out", "{out}", *more]
    if workload == "w4":
        return [run("w4-there", "--in-place"), run("w4-back", "--in-place")]
    if workload == "w5":
        # The form is made, so the task is put together with it in the lab.
        data = os.path.dirname(given[0])
        task = os.path.join(os.path.dirname(data), "tasks/w5")
        shutil.copytree(os.path.join(HERE, "tasks/w5"), task, dirs_exist_ok=True)
        shutil.copy(os.path.join(data, "w5_template.xlsx"), os.path.join(task, "申請書.xlsx"))
        return [run(task)]
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
    for made in dict.fromkeys(made for w in only for made in MADE.get(w, [w])):
        if not os.path.exists(os.path.join(data, {**DATA, "w4_rules": "w4_rules.csv"}[made])):
            print(f"making the data of {made} …", file=sys.stderr, flush=True)
            subprocess.run([sys.executable, os.path.join(HERE, "gen.py"), data, made], check=True, stdout=sys.stderr)
    target = lambda name: os.environ.get("BENCH_TARGET_" + name.upper(), os.path.join(lab, "target-" + name))
    if build:
        whole = not all(w in ROOM for w in only)
        manifests = {"limits": os.path.join(HERE, "limits/Cargo.toml")}
        if build == "all":
            manifests |= {"jitan": os.path.join(ROOT, "Cargo.toml")} if whole else {}
            manifests |= {"workbook": os.path.join(HERE, "workbook/Cargo.toml")} if any(w in ROOM for w in only) else {}
        if "workbook" in manifests:
            # The room is built with the house's own versions of everything; what it does not need falls out of the list.
            shutil.copy(os.path.join(ROOT, "Cargo.lock"), os.path.join(HERE, "workbook"))
        for name, manifest in manifests.items():
            locked = [] if name == "workbook" else ["--locked"]
            subprocess.run(["cargo", "build", "--release", "--quiet", *locked, "--manifest-path", manifest], check=True,
                           env={**os.environ, "CARGO_TARGET_DIR": target(name)})
    program = lambda name, file: os.path.join(target(name), "release", file)
    return program("limits", "limits"), program("jitan", "jitan"), program("workbook", "workbook-bench")


def whole_tree(lab):
    """The tree of w4 as it was made; made again where a run that broke off has left renamed files."""
    tree = os.path.join(lab, "data", "w4")
    names = check.names(tree)
    if any(n.startswith("【") for _, n in names) or len(names) != 100_000:
        shutil.rmtree(tree)
        subprocess.run([sys.executable, os.path.join(HERE, "gen.py"), os.path.join(lab, "data"), "w4"], check=True, stdout=sys.stderr)
        names = check.names(tree)
    return names


def peer(lab, name, line, runs, fresh):
    """Somebody else's tool on the same work; kept in the lab under its name."""
    kept = os.path.join(lab, "peers.json")
    known = json.load(open(kept)) if os.path.exists(kept) else {}
    if name in known and not fresh:
        return known[name]
    print(f"{name}: the peer, which takes its time …", file=sys.stderr, flush=True)
    got = summary([once([line], os.path.join(lab, "out", name + ".peer")) for _ in range(runs)])
    if "failed" in got:
        return got
    known[name] = {**got, "date": datetime.date.today().isoformat()}
    with open(kept, "w") as f:
        json.dump(known, f, indent=1)
    return known[name]


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
        program = "w4_python.py" if w == "w4" else f"{w}_openpyxl.py"
        result["peer"] = peer(lab, w, [sys.executable, os.path.join(HERE, "peers", program), *loop], 3 if w == "w4" else 1, fresh)
    if w == "w1":
        result["polars"] = peer(lab, "w1-polars", [sys.executable, os.path.join(HERE, "peers", "w1_polars.py"), *loop], 3, fresh)
    if w == "w5":
        result["umya"] = peer(lab, "w5-umya", [limits, "umya", *loop], 3, fresh)
    if jitan and ours[-1]["rc"] == 0:
        result["check"] = check.check(w, lab, before)
    return result


def room(w, name, file, lab, limits, program, n):
    """One row of what the room `book` costs alone: the floor, the work and the work with its proof in turn."""
    source, out = os.path.join(lab, "data", file), os.path.join(lab, "out", w)
    if not os.path.exists(source):
        return {"failed": f"{file} is not there: the program that writes it was not at hand"}
    target = "{out}/result.xlsx"
    lines = {
        "read": {"bare": [limits, "read", source], "jitan": [program, "read", source]},
        "edit": {"bare": [program, "floor", source, SHEET, target], "jitan": [program, "edit", source, target], "proved": [program, "prove", source, target]},
        # A marked copy is proved; so is the edit that it is measured by.
        "mark": {"bare": [program, "prove", source, target], "jitan": [program, "mark", source, target, "500"], "edit": [program, "edit", source, target]},
    }[w]
    rows = {key: [] for key in lines}
    for _ in range(n + 1):
        for key, line in lines.items():
            rows[key].append(once([line], f"{out}.{key}"))
    result = {key: summary(rows[key][1:]) for key in lines}
    bad = next((r["failed"] for r in result.values() if "failed" in r), None)
    if bad:
        return {"failed": bad}
    if "proved" in result:
        result["proof"] = round(result["proved"]["cpu"] - result["jitan"]["cpu"], 3)
        result["jitan"]["mib"] = max(result["jitan"]["mib"], result["proved"]["mib"])
    said = [rows[key][-1]["out"] for key in ("bare", "jitan")]
    result["check"] = check.room(w, source, out, said)
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
    """The line of one row for the table, and whether all its limits hold."""
    limit, ours = LIMITS[w.split(":")[0]], r.get("jitan")
    if "failed" in r or ours and "failed" in ours:
        return ["failed"] + [""] * 5, False
    if not ours:
        return ["not run"] + [""] * 5, None
    parts, ok = [f"{ours['cpu']:.3f}"], r.get("check") == "ok"
    if "seconds" in limit:
        ok &= ours["cpu"] <= limit["seconds"]
        parts += [f"<= {limit['seconds'] * 1000:.0f} ms", "", ""]
    else:
        ratio = ours["cpu"] / r["bare"]["cpu"]
        r["ratio_bare"] = round(ratio, 2)
        ok &= ratio <= limit["bare"]
        parts += [f"{r['bare']['cpu']:.3f}", f"{ratio:.2f} <= {limit['bare']}"]
        faster = []
        for name in [name for name in ("peer", "polars", "umya") if name in limit]:
            times = r[name]["cpu"] / ours["cpu"]
            r["faster_than_" + name] = round(times, 2)
            ok &= times >= limit[name]
            faster.append(f"{times:.1f} >= {limit[name]}")
        parts.append(", ".join(faster))
    ok &= ours["mib"] <= limit["mib"]
    parts += [f"{ours['mib']:.0f} <= {limit['mib']}", r.get("check", "")]
    return parts, ok


def report(results):
    """The table on the screen; answers whether everything that ran holds."""
    fmt = "{:8} {:48} {:>9} {:>9} {:>14} {:>22} {:>12}  {:6} {}"
    print(fmt.format("", "", "jitan s", "bare s", "x bare", "x faster", "MiB", "", "result"))
    good = True
    for w, r in results.items():
        if w == "closure":
            continue
        (*parts, verdict), ok = judge(w, r)
        r["pass"] = ok
        good &= ok is not False
        kind, _, name = w.partition(":")
        title = TITLES[kind] + name + (f"; its proof {r['proof']:.3f} s" if "proof" in r else "")
        print(fmt.format(kind, title, *parts, "pass" if ok else "FAIL" if ok is False else "-", verdict))
        failed = r.get("failed") or (r.get("jitan") or {}).get("failed")
        if failed:
            print("         " + failed.replace("\n", "\n         "))
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
    a.add_argument("--fresh", action="store_true", help="measure the peers again")
    a.add_argument("--no-jitan", action="store_true", help="only the bare loops and the peers")
    a.add_argument("--no-build", action="store_true")
    a.add_argument("--json")
    a = a.parse_args()
    lab = os.path.abspath(a.lab)
    only = a.only.split(",") if a.only else list(DATA)
    limits, jitan, program = prepare(lab, only, None if a.no_build else "limits" if a.no_jitan else "all")
    jitan = None if a.no_jitan else jitan
    results = {}
    for w in only:
        if w == "closure":
            if jitan:
                results[w] = closure(lab, jitan, a.n)
        elif w in ROOM:
            if jitan:
                results |= {f"{w}:{name}": room(w, name, file, lab, limits, program, a.n) for name, file in ROOM[w]}
        elif jitan or w != "small":
            results[w] = workload(w, lab, limits, jitan, a.n, a.fresh)
        for key in [key for key in results if key.split(":")[0] == w]:
            print(f"{key}: {json.dumps(results[key], ensure_ascii=False)}", file=sys.stderr, flush=True)
    good = report(results)
    kept = a.json or os.path.join(lab, "results.json")
    with open(kept, "w") as f:
        json.dump({"date": datetime.datetime.now().isoformat(timespec="seconds"), "machine": platform.processor() or platform.machine(),
                   "cores": os.cpu_count(), "load": os.getloadavg(), "workloads": results}, f, ensure_ascii=False, indent=1)
    print(f"kept in {kept}", file=sys.stderr)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
