/** The log: one table. `position` orders everything, (stream, revision) orders a stream; nothing else is indexed. */
export const CREATE_LOG = `
  CREATE TABLE IF NOT EXISTS event_log (
    position   bigint      NOT NULL PRIMARY KEY,
    revision   bigint      NOT NULL,
    created    timestamptz NOT NULL,
    event_id   uuid        NOT NULL,
    is_json    boolean     NOT NULL,
    stream     text        COLLATE "C" NOT NULL,
    event_type text        COLLATE "C" NOT NULL,
    metadata   bytea       NOT NULL,
    data       bytea       NOT NULL,
    checksum   integer     NOT NULL,
    CONSTRAINT event_log_stream_revision UNIQUE (stream, revision)
  )`;

/** The advisory lock that the one writer of a log holds for as long as its connection lives (scope: the database). */
export const WRITER_LOCK = 0x7e4e_0001;
