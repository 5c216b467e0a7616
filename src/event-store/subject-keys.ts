/** The key of a subject: null once it was destroyed, `missing` where there never was one in this database. */
export type SubjectKey = Buffer | null | 'missing';

/** Personal data was to be stored of somebody who is just being forgotten: the key is gone, the fact that says so may still come. */
export class SubjectForgotten extends Error {
  constructor(readonly stream: string) {
    super(`${stream} has no key any more`);
    this.name = 'SubjectForgotten';
  }
}

/**
 * The keys under which personal data is stored, one for each subject (a client). Encoding and decoding want a key at once,
 * so whoever reads or writes has keys fetched before.
 */
export interface SubjectKeys {
  /** @returns whose events a stream holds; null for streams of no subject */
  subjectOf(stream: string): string | null;
  /** @returns the key as last fetched; undefined if it was not */
  peek(subject: string): SubjectKey | undefined;
  /** Fetches keys, those lately fetched excepted. */
  fetch(subjects: readonly string[]): Promise<void>;
  /** Fetches the key of a subject, and makes one if there never was any. */
  provide(subject: string): Promise<void>;
}
