-- Where each job stands. These rows change; what happened is kept in `step`.
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    task TEXT NOT NULL,
    version TEXT NOT NULL,
    inbox TEXT NOT NULL,
    name TEXT NOT NULL,
    folder INTEGER NOT NULL,
    identity TEXT NOT NULL,
    engine TEXT NOT NULL,
    clock TEXT NOT NULL,
    seed INTEGER NOT NULL,
    again TEXT,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT,
    size INTEGER,
    kind TEXT,
    folder_name TEXT,
    outputs TEXT,
    facts TEXT,
    reason TEXT,
    earlier TEXT,
    entry INTEGER,
    archive TEXT,
    removed INTEGER NOT NULL DEFAULT 0,
    began TEXT NOT NULL,
    changed TEXT NOT NULL
) STRICT;

CREATE INDEX job_open ON job (state) WHERE state NOT IN ('archived', 'aside', 'vanished', 'undone', 'ended');
CREATE INDEX job_content ON job (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX job_again ON job (again) WHERE again IS NOT NULL;
CREATE INDEX job_changed ON job (changed);
CREATE INDEX job_archived ON job (task, changed) WHERE state = 'archived' AND removed = 0;

-- Every state a job went into. Only added to.
CREATE TABLE step (
    n INTEGER PRIMARY KEY,
    job TEXT NOT NULL REFERENCES job (id),
    at TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT
) STRICT;

CREATE INDEX step_job ON step (job);
CREATE TRIGGER step_stays BEFORE UPDATE ON step BEGIN SELECT RAISE(ABORT, 'steps are only added'); END;
CREATE TRIGGER step_remains BEFORE DELETE ON step BEGIN SELECT RAISE(ABORT, 'steps are only added'); END;

-- The renames of a job, written down before the first of them.
CREATE TABLE rename (
    job TEXT NOT NULL REFERENCES job (id),
    n INTEGER NOT NULL,
    src TEXT NOT NULL,
    dst TEXT NOT NULL,
    ino INTEGER NOT NULL,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;

-- The ledger. Rows are numbered from one without gaps; each carries the hash over the row before it and itself.
CREATE TABLE entry (
    n INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    date TEXT NOT NULL,
    kind TEXT NOT NULL,
    job TEXT,
    task TEXT,
    version TEXT,
    department TEXT,
    unit TEXT,
    units INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    before INTEGER NOT NULL,
    after INTEGER NOT NULL,
    rework INTEGER NOT NULL,
    saved INTEGER NOT NULL,
    baseline INTEGER,
    content TEXT,
    ending TEXT,
    errors INTEGER NOT NULL,
    warnings INTEGER NOT NULL,
    notes INTEGER NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE INDEX entry_job ON entry (job) WHERE job IS NOT NULL;
CREATE INDEX entry_content ON entry (content) WHERE content IS NOT NULL;
CREATE INDEX entry_other ON entry (kind, task) WHERE kind NOT IN ('run', 'rework', 'undo', 'redo', 'deletion');

CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
-- INSERT OR REPLACE deletes without asking the trigger above, so an insert may only come after the last row.
CREATE TRIGGER entry_follows BEFORE INSERT ON entry
WHEN NEW.n <> (SELECT COALESCE(MAX(n), 0) + 1 FROM entry)
BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER entry_once BEFORE INSERT ON entry
WHEN NEW.kind IN ('run', 'rework', 'deletion') AND EXISTS (SELECT 1 FROM entry WHERE job = NEW.job AND kind = NEW.kind)
BEGIN SELECT RAISE(ABORT, 'a job has one run'); END;
