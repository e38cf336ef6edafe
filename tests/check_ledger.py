#!/usr/bin/env python3
"""Checks a ledger of jitan's by docs/ledger.md alone: check_ledger.py ledger.db|export.jsonl [HEAD ...]

Prints what is wrong, row by row at its first fault, and exits with 1; or prints the head of the chain and the minutes saved.
"""
import hashlib, json, sqlite3, sys

COLUMNS = ("n at date kind job task version department unit units counted before after rework saved baseline content ending "
           "errors warnings notes body").split()

def rows(path):
    """Every row in the order of the numbers: its columns, and the hash that was written."""
    if open(path, "rb").read(15) == b"SQLite format 3":
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        db.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        for row in db.execute(f'SELECT {", ".join(COLUMNS)}, hash FROM entry ORDER BY n'):
            yield list(row[:-1]), row[-1]
    else:
        for line in open(path, encoding="utf-8"):
            row = json.loads(line)
            yield row[:-1], row[-1]

def main(path, heads):
    before, at, saved, total, baselines = "0" * 64, "", 0, 0, {}
    hashes = {before}
    for expected, (values, written) in enumerate(rows(path), 1):
        row = dict(zip(COLUMNS, values))
        if row["n"] != expected:
            return f"row {min(row['n'], expected)}: the number {row['n']} stands where {expected} is due"
        # The chain: SHA-256 over the hash before, a line feed, and the row as a JSON array.
        canonical = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        computed = hashlib.sha256(f"{before}\n{canonical}".encode("utf-8", "surrogateescape")).hexdigest()
        if computed != written:
            return f"row {expected}: it is not as it was written"
        if row["at"] < at or row["date"] != row["at"][:10]:
            return f"row {expected}: time goes back"
        # The figures: saved = before - after - rework; before and after are accepted units times the baseline's minutes.
        if row["kind"] == "baseline":
            baselines[expected] = row
        else:
            if row["saved"] != row["before"] - row["after"] - row["rework"]:
                return f"row {expected}: {row['saved']} is not {row['before']} - {row['after']} - {row['rework']}"
            if row["kind"] not in ("register", "target"):
                terms = baselines.get(row["baseline"], {"before": 0, "after": 0, "task": None})
                for minutes in ("before", "after"):
                    if row[minutes] != row["counted"] * terms[minutes]:
                        return f"row {expected}: {minutes} is not {row['counted']} x {terms[minutes]}"
                saved += row["saved"]
        before, at, total = written, row["at"], expected
        hashes.add(written)
    for head in heads:
        if not any(known.startswith(head) for known in hashes):
            return f"head {head}: no row has it"
    print(f"{total} rows, head {before}, saved {saved / 1000:.3f} minutes")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
