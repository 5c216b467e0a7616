/**
 * An instant in its one canonical form: ISO 8601, UTC, milliseconds, `2024-01-02T09:00:00.000Z`. Canonical instants of
 * the years 1–9999 order as text the way they order in time, so they are compared with `<` and kept as strings.
 */
export type Instant = string;

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

const FIRST = '0001-01-01T00:00:00.000Z';
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads an ISO 8601 instant that names its zone (`Z` or an offset).
 * @returns the canonical form, or null for anything else: no zone, no such day, outside the years 1–9999
 */
export function parseInstant(value: unknown): Instant | null {
  if (typeof value !== 'string' || !ISO_8601.test(value)) return null;
  const time = Date.parse(value);
  if (Number.isNaN(time)) return null;
  // Date.parse rolls 30 February over into March; the day as written must exist.
  const [year, month, day] = value.slice(0, 10).split('-').map(Number) as [number, number, number];
  const written = new Date(Date.UTC(year, month - 1, day));
  if (year >= 100 && (written.getUTCMonth() !== month - 1 || written.getUTCDate() !== day)) return null;
  const canonical = new Date(time).toISOString();
  // An offset can carry it over the ends, where text no longer orders like time; and PostgreSQL knows no year 0.
  return canonical >= FIRST && canonical.length === FIRST.length ? canonical : null;
}

/** @param time in ms since 1970, UTC */
export const instantAt = (time: number): Instant => new Date(time).toISOString();

/** @returns the instant `days` elapsed days of 86,400 s later; no zone has a say in it (definitions §0 rule 7) */
export function plusDays(at: Instant, days: number): Instant {
  return instantAt(Date.parse(at) + days * DAY);
}

/** @returns whole elapsed days from `from` to `to`, rounded down */
export function wholeDaysBetween(from: Instant, to: Instant): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / DAY);
}
