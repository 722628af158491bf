import { crc32 } from 'node:zlib';

/** "SMVK": says in the file's header whose file it is. */
export const applicationId = 0x534d564b;

/**
 * What takes the file from version n to n + 1; the file's `user_version` says how many of them it has had. A line that
 * has been released is never changed: a new shape is one more line.
 *
 * `events` is the truth. `streams` and `places` are the way to it by stream: `places` has two entries for every event,
 * one under its revision (an integer) and one under its id (16 bytes). New entries gather in a small table and are moved
 * a thousand events at a time, in order: the pages an append touches are what it costs. Two plain indices on `events`
 * take a third to a half of the throughput of 64 callers (measured).
 */
export const migrations: readonly string[] = [
  `CREATE TABLE events (
     position INTEGER PRIMARY KEY,
     stream TEXT NOT NULL,
     revision INTEGER NOT NULL,
     category TEXT NOT NULL,
     type TEXT NOT NULL,
     recorded_at TEXT NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   CREATE TABLE streams (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE old_places (
     stream INTEGER NOT NULL,
     key ANY NOT NULL,
     position INTEGER NOT NULL,
     PRIMARY KEY (stream, key)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE new_places (
     stream INTEGER NOT NULL,
     key ANY NOT NULL,
     position INTEGER NOT NULL,
     PRIMARY KEY (stream, key)
   ) STRICT, WITHOUT ROWID;
   CREATE VIEW places AS
     SELECT stream, key, position FROM new_places UNION ALL SELECT stream, key, position FROM old_places;
   CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
   CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;`,
  `DROP TRIGGER events_are_never_changed;
   ALTER TABLE events ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
   UPDATE events SET checksum = checksum_of(position, stream, revision, recorded_at, body);
   CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;`,
];

/**
 * What is stored with an event, so that it is never given out other than it was written. SQLite checks the shape of its
 * pages, not what stands in them. CRC-32 tells of an accident, not of an intent.
 */
export const checksumOf = (
  position: number,
  stream: string,
  revision: number,
  recordedAt: string,
  body: string,
): number => crc32(body, crc32(`${position} ${stream} ${revision} ${recordedAt}`));

/** How many of the last events are looked at when a file is opened: the price of opening does not grow with history. */
export const tailLength = 1_000;

/**
 * How many of the last events are sound: there as they were written, found by revision and by id, and not the first after a
 * gap in their stream. A row that cannot be read is an error of SQLite's own. (`+` lets the index be used: a key has no
 * type of its own.)
 */
export const soundInTail = `
  SELECT count(*)
  FROM events e CROSS JOIN streams s ON s.name = e.stream
  WHERE e.position > ?
    AND e.position = (SELECT position FROM places WHERE stream = s.number AND key = +e.revision)
    AND e.position = (SELECT position FROM places WHERE stream = s.number AND key = unhex(e.body ->> 'id', '-'))
    AND e.checksum = checksum_of(e.position, e.stream, e.revision, e.recorded_at, e.body)
    AND (e.revision = 0 OR EXISTS (SELECT 1 FROM places WHERE stream = s.number AND key = e.revision - 1))`;
