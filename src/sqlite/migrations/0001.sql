-- Schema version 1. Once released this file is frozen: a change is a new file.
-- {name} stands for the table's name with the configured prefix. Nothing here needs more than SQLite 3.31.
-- Times are UTC, in milliseconds since 1970; half of one is added to round what the fraction of a day has lost.
-- What clients may write and read is documented in escher-cron-db(7).

CREATE TABLE {meta} (
    key   TEXT PRIMARY KEY NOT NULL,
    value NOT NULL
);

-- Jobs. Clients insert rows that name only what they want to say; everything but the work has a default.
-- The types of clients' values are not enforced: what cannot be run becomes `invalid`, with the reason.
-- What may be long stands last, so that nothing else is read through it.
CREATE TABLE {job} (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4503599627370496),
    token               TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(16)))),
    state               TEXT NOT NULL DEFAULT 'available' CHECK (state IN ('scheduled', 'available', 'running',
                            'retryable', 'completed', 'failed', 'cancelled', 'invalid')),
    queue               TEXT,                -- NULL until a tick takes the row in
    priority            INTEGER,             -- likewise; lower runs first
    run_at              INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000.0 + 0.5 AS INTEGER)),
    blocked             INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)), -- by a dependency
    run                 INTEGER,             -- the run that holds the job
    attempts            INTEGER NOT NULL DEFAULT 0 CHECK (typeof(attempts) = 'integer' AND attempts BETWEEN 0 AND 1000000000),
    retries             INTEGER,
    timeout             INTEGER,             -- milliseconds
    created_at          INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000.0 + 0.5 AS INTEGER)),
    started_at          INTEGER,             -- of the latest run
    finished_at         INTEGER,
    cancel_requested_at INTEGER,             -- clients may set it; a job that waits is cancelled at once
    nominal_at          INTEGER,             -- the schedule's due time that this job stands for
    schedule            TEXT,
    unique_key          TEXT,
    concurrency_key     TEXT,
    created_by          TEXT,
    progress            REAL,                -- percent
    progress_at         INTEGER,
    progress_text       TEXT,
    name                TEXT,
    reason              TEXT,
    task                TEXT,                -- what to run: a task of the config by name,
    params              TEXT,                -- with a JSON object of strings,
    command             TEXT,                -- or a JSON array of strings: the argv
    stdin               BLOB,                -- what the job reads on its standard input
    CHECK ((command IS NULL) <> (task IS NULL)),
    CHECK ((state = 'running') = (run IS NOT NULL)),
    CHECK ((state IN ('completed', 'failed', 'cancelled', 'invalid')) = (finished_at IS NOT NULL))
);

-- Claim: the next jobs of one queue, lane by lane.
CREATE INDEX {job}_claim ON {job} (queue, priority, run_at, id) WHERE state = 'available' AND blocked = 0;
-- Intake: rows of plain SQL whose queue or priority a tick has yet to fill in, or that cannot be sorted as they are.
CREATE INDEX {job}_intake ON {job} (id) WHERE state IN ('available', 'scheduled', 'retryable')
    AND (typeof(queue) <> 'text' OR queue = '' OR typeof(priority) <> 'integer'
        OR priority NOT BETWEEN -1000000 AND 1000000
        OR typeof(run_at) <> 'integer' OR run_at NOT BETWEEN 0 AND 253402300799999);
-- Promotion: scheduled and retryable jobs whose time has come; next_due.
CREATE INDEX {job}_due ON {job} (run_at) WHERE state IN ('scheduled', 'retryable');
-- What is unfinished: recovery, limits, cancellation, lists, the summary.
CREATE INDEX {job}_unfinished ON {job} (state, id) WHERE finished_at IS NULL;
-- What is finished: retention, lists, the summary, usual durations.
CREATE INDEX {job}_finished ON {job} (state, finished_at) WHERE finished_at IS NOT NULL;
-- The jobs of one schedule: its list, its unfinished ones.
CREATE INDEX {job}_schedule ON {job} (schedule, id) WHERE schedule IS NOT NULL;
-- One unfinished job per unique key. INSERT ... ON CONFLICT DO NOTHING keeps the existing one.
CREATE UNIQUE INDEX {job}_unique ON {job} (unique_key)
    WHERE unique_key IS NOT NULL AND finished_at IS NULL;

-- One row per attempt. Written by ticks only.
CREATE TABLE {run} (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    job              INTEGER NOT NULL REFERENCES {job} (id),
    queue            TEXT NOT NULL,          -- that it counts for
    attempt          INTEGER NOT NULL CHECK (attempt > 0),
    claimed_at       INTEGER NOT NULL,
    started_at       INTEGER,
    ended_at         INTEGER,
    outcome          TEXT CHECK (outcome IN ('exited', 'signaled', 'timed_out', 'cancelled', 'not_started', 'lost')),
    exit_code        INTEGER,                -- exited
    signal           INTEGER,                -- signaled
    core_dumped      INTEGER,                -- signaled
    out_of_memory    INTEGER,                -- signaled
    error            INTEGER,                -- not_started: the errno
    message          TEXT,                   -- not_started, lost
    by_shutdown      INTEGER,                -- cancelled
    cpu_user_ms      INTEGER,
    cpu_system_ms    INTEGER,
    peak_memory      INTEGER,                -- bytes
    output_file      TEXT NOT NULL,          -- in output.directory
    output_written   INTEGER,                -- bytes
    output_dropped   INTEGER,                -- bytes
    runner_pid       INTEGER NOT NULL,
    runner_started   INTEGER NOT NULL,       -- clock ticks after boot
    runner_mark      INTEGER NOT NULL,       -- the byte of the lock file that the runner keeps locked
    boot_id          TEXT NOT NULL,
    pid              INTEGER,                -- of the job's main process, also its session
    process_started  INTEGER,                -- clock ticks after boot
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
);
CREATE INDEX {run}_job ON {run} (job, id);
-- The sliding window of a queue's rate: its starts of late.
CREATE INDEX {run}_claimed ON {run} (queue, claimed_at);

-- Messages of a job to people.
CREATE TABLE {message} (
    id    INTEGER PRIMARY KEY,
    job   INTEGER NOT NULL REFERENCES {job} (id),
    run   INTEGER,
    at    INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000.0 + 0.5 AS INTEGER)),
    level TEXT NOT NULL DEFAULT 'info' CHECK (level IN ('debug', 'info', 'warning', 'error')),
    text  TEXT NOT NULL
);
CREATE INDEX {message}_job ON {message} (job, id);

-- Other data of a job: key and JSON value.
CREATE TABLE {note} (
    job   INTEGER NOT NULL REFERENCES {job} (id),
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    at    INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000.0 + 0.5 AS INTEGER)),
    PRIMARY KEY (job, key)
) WITHOUT ROWID;

-- A job starts only after the jobs that it needs. Only older jobs can be needed, so there are no cycles.
CREATE TABLE {dependency} (
    job     INTEGER NOT NULL REFERENCES {job} (id),
    needs   INTEGER NOT NULL REFERENCES {job} (id),
    any_end INTEGER NOT NULL DEFAULT 0 CHECK (any_end IN (0, 1)), -- 0: completed; 1: finished however
    PRIMARY KEY (job, needs),
    CHECK (needs < job)
) WITHOUT ROWID;
-- Who waits for a job that has ended.
CREATE INDEX {dependency}_needs ON {dependency} (needs);

-- Waiting jobs whose dependencies have changed: the next write of a tick looks whether they may start now, or never.
-- A list instead of recursive triggers, because those are off in most clients and limited in depth.
CREATE TABLE {recheck} (
    job INTEGER PRIMARY KEY NOT NULL
);

-- What became of each due time of each schedule. Written by ticks only.
CREATE TABLE {occurrence} (
    schedule   TEXT NOT NULL,
    nominal_at INTEGER NOT NULL,
    result     TEXT NOT NULL CHECK (result IN ('created', 'skipped', 'coalesced', 'dropped')),
    reason     TEXT,
    job        INTEGER,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (schedule, nominal_at)
) WITHOUT ROWID;

-- When each schedule was first seen as it is defined now. Written by ticks only.
CREATE TABLE {schedule} (
    name       TEXT PRIMARY KEY NOT NULL,
    definition TEXT NOT NULL,
    since      INTEGER NOT NULL,
    boot_id    TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- Each tick. A tick without ended_at lives, or died without a word.
CREATE TABLE {tick} (
    id         INTEGER PRIMARY KEY,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    pid        INTEGER NOT NULL,
    version    TEXT NOT NULL,
    claimed    INTEGER NOT NULL DEFAULT 0,
    completed  INTEGER NOT NULL DEFAULT 0,
    failed     INTEGER NOT NULL DEFAULT 0,
    recovered  INTEGER NOT NULL DEFAULT 0,
    pruned     INTEGER NOT NULL DEFAULT 0,
    error      TEXT NOT NULL DEFAULT ''
);

-- Pauses. The empty name pauses every queue.
CREATE TABLE {queue} (
    name         TEXT PRIMARY KEY NOT NULL,
    paused_at    INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000.0 + 0.5 AS INTEGER)),
    paused_until INTEGER,                    -- NULL: until resumed
    paused_by    TEXT,
    reason       TEXT
) WITHOUT ROWID;

-- New rows wait: nobody can create a job that has a history.
CREATE TRIGGER {job}_birth BEFORE INSERT ON {job}
WHEN NEW.state NOT IN ('available', 'scheduled') OR NEW.attempts <> 0 OR NEW.run IS NOT NULL OR NEW.blocked <> 0
BEGIN
    SELECT RAISE(ABORT, 'a new job starts as available or scheduled, without attempts or run');
END;

-- A job due later is scheduled, whatever the client wrote.
CREATE TRIGGER {job}_later AFTER INSERT ON {job}
WHEN NEW.state = 'available' AND NEW.cancel_requested_at IS NULL AND typeof(NEW.run_at) = 'integer'
    AND NEW.run_at > CAST((julianday('now') - 2440587.5) * 86400000.0 + 0.5 AS INTEGER)
BEGIN
    UPDATE {job} SET state = 'scheduled' WHERE id = NEW.id;
END;

CREATE TRIGGER {job}_postponed AFTER UPDATE OF run_at ON {job}
WHEN NEW.state = 'available' AND typeof(NEW.run_at) = 'integer' AND NEW.run_at <> OLD.run_at
    AND NEW.run_at > CAST((julianday('now') - 2440587.5) * 86400000.0 + 0.5 AS INTEGER)
BEGIN
    UPDATE {job} SET state = 'scheduled' WHERE id = NEW.id;
END;

CREATE TRIGGER {job}_transition BEFORE UPDATE OF state ON {job}
WHEN NEW.state <> OLD.state AND NOT (
    (OLD.state = 'scheduled' AND NEW.state IN ('available', 'cancelled', 'invalid'))
    OR (OLD.state = 'available' AND NEW.state IN ('scheduled', 'running', 'cancelled', 'invalid'))
    OR (OLD.state = 'running' AND NEW.state NOT IN ('scheduled', 'running')
        AND NOT EXISTS (SELECT 1 FROM {run} WHERE id = OLD.run AND ended_at IS NULL))
    OR (OLD.state = 'retryable' AND NEW.state IN ('available', 'cancelled', 'invalid'))
    OR (OLD.state IN ('failed', 'cancelled', 'completed') AND NEW.state = 'available'))
BEGIN
    SELECT RAISE(ABORT, 'a job cannot change from this state to that one');
END;

CREATE TRIGGER {job}_fixed BEFORE UPDATE OF id, token ON {job}
WHEN NEW.id <> OLD.id OR NEW.token <> OLD.token
BEGIN
    SELECT RAISE(ABORT, 'the id and the token of a job do not change');
END;

-- A running job is stopped by its tick; one that waits needs nobody for that.
CREATE TRIGGER {job}_unwanted AFTER UPDATE OF cancel_requested_at ON {job}
WHEN NEW.cancel_requested_at IS NOT NULL AND NEW.state IN ('available', 'scheduled', 'retryable')
BEGIN
    UPDATE {job} SET state = 'cancelled', reason = coalesce(NEW.reason, 'cancelled'),
        finished_at = CAST((julianday('now') - 2440587.5) * 86400000.0 + 0.5 AS INTEGER) WHERE id = NEW.id;
END;

CREATE TRIGGER {job}_stillborn AFTER INSERT ON {job}
WHEN NEW.cancel_requested_at IS NOT NULL
BEGIN
    UPDATE {job} SET state = 'cancelled', reason = coalesce(NEW.reason, 'cancelled'),
        finished_at = CAST((julianday('now') - 2440587.5) * 86400000.0 + 0.5 AS INTEGER) WHERE id = NEW.id;
END;

-- Whoever waits for a job that has ended is looked at again.
CREATE TRIGGER {job}_ended AFTER UPDATE OF state ON {job}
WHEN NEW.finished_at IS NOT NULL AND OLD.finished_at IS NULL
BEGIN
    INSERT INTO {recheck} (job) SELECT job FROM {dependency}
        WHERE needs = NEW.id AND job NOT IN (SELECT job FROM {recheck});
END;

CREATE TRIGGER {job}_kept BEFORE DELETE ON {job}
WHEN OLD.finished_at IS NULL OR EXISTS (SELECT 1 FROM {dependency} AS d, {recheck} AS r
    WHERE d.needs = OLD.id AND r.job = d.job)
BEGIN
    SELECT RAISE(ABORT, 'an unfinished job cannot be deleted, nor one that unfinished jobs need: cancel it');
END;

CREATE TRIGGER {job}_gone AFTER DELETE ON {job}
BEGIN
    DELETE FROM {run} WHERE job = OLD.id;
    DELETE FROM {message} WHERE job = OLD.id;
    DELETE FROM {note} WHERE job = OLD.id;
    DELETE FROM {dependency} WHERE job = OLD.id;
    DELETE FROM {dependency} WHERE needs = OLD.id;
    DELETE FROM {recheck} WHERE job = OLD.id;
END;

CREATE TRIGGER {dependency}_sound BEFORE INSERT ON {dependency}
WHEN NOT EXISTS (SELECT 1 FROM {job} WHERE id = NEW.needs)
    OR NOT EXISTS (SELECT 1 FROM {job} WHERE id = NEW.job AND state IN ('available', 'scheduled'))
BEGIN
    SELECT RAISE(ABORT, 'a dependency needs an existing job, and the job that waits must not have started');
END;

CREATE TRIGGER {dependency}_blocks AFTER INSERT ON {dependency}
BEGIN
    UPDATE {job} SET blocked = 1 WHERE id = NEW.job;
    INSERT INTO {recheck} (job) SELECT NEW.job
        WHERE NEW.job NOT IN (SELECT job FROM {recheck})
        AND EXISTS (SELECT 1 FROM {job} WHERE id = NEW.needs AND finished_at IS NOT NULL);
END;

CREATE TRIGGER {dependency}_fixed BEFORE UPDATE ON {dependency}
BEGIN
    SELECT RAISE(ABORT, 'a dependency does not change: delete it and insert another');
END;

CREATE TRIGGER {dependency}_freed AFTER DELETE ON {dependency}
WHEN EXISTS (SELECT 1 FROM {job} WHERE id = OLD.job AND blocked = 1 AND finished_at IS NULL)
BEGIN
    INSERT INTO {recheck} (job) SELECT OLD.job WHERE OLD.job NOT IN (SELECT job FROM {recheck});
END;
