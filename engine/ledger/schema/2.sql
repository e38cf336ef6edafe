-- The renames of a job, written down before the first of them, in batches whose rows are read and marked together: a row for each
-- of a hundred thousand files costs more than the renaming. Fields end with a zero byte. A row is: name before, name after, inode,
-- size, when it was last written. Before the first row, and wherever they change: "/", the folder before, the folder after.
CREATE TABLE rename_batch (
    job TEXT NOT NULL REFERENCES job (id),
    first INTEGER NOT NULL,
    packed BLOB NOT NULL,
    PRIMARY KEY (job, first)
) STRICT;

-- How far the rows of a batch are, a digit for each. Apart from them, because it changes.
CREATE TABLE rename_state (
    job TEXT NOT NULL,
    first INTEGER NOT NULL,
    states TEXT NOT NULL,
    PRIMARY KEY (job, first),
    FOREIGN KEY (job, first) REFERENCES rename_batch (job, first) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What was written a row a file. A path without the characters of its names, taken off its end, is its folder.
CREATE TEMP VIEW formerly AS
SELECT job, n, ino, size, mtime, state, src, dst,
    rtrim(src, replace(src, '/', '')) AS folder,
    rtrim(dst, replace(dst, '/', '')) AS into_folder
FROM rename;

INSERT INTO rename_batch (job, first, packed)
SELECT job, MIN(n), CAST(group_concat(
    '/' || char(0) || rtrim(folder, '/') || char(0) || rtrim(into_folder, '/') || char(0)
    || substr(src, length(folder) + 1) || char(0) || substr(dst, length(into_folder) + 1) || char(0)
    || printf('%u', ino) || char(0) || printf('%u', size) || char(0) || mtime || char(0), '' ORDER BY n) AS BLOB)
FROM formerly GROUP BY job, n / 1000;

INSERT INTO rename_state (job, first, states)
SELECT job, MIN(n), group_concat(state, '' ORDER BY n) FROM formerly GROUP BY job, n / 1000;

DROP VIEW formerly;
DROP TABLE rename;
