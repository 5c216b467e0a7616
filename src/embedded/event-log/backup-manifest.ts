import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedBackupError } from './backup-file.js';

export const LOG_FILE = 'event-log.copy.gz';
export const MANIFEST_FILE = 'manifest.json';
const FORMAT = 1;

/** What a backup says of itself, in `manifest.json`. */
export interface BackupManifest {
  format: typeof FORMAT;
  /** UTC. */
  takenAt: string;
  /** Positions 1 to this number. */
  records: number;
  /** Of the unpacked file. */
  bytes: number;
  /** Of the unpacked file, in hex. */
  sha256: string;
  /** The columns of the COPY, in order. */
  columns: string;
}

export const manifestOf = (contents: Omit<BackupManifest, 'format'>): BackupManifest => ({
  format: FORMAT,
  ...contents,
});

/** Throws DamagedBackupError when the directory holds no backup, or one of a form that this version cannot read. */
export async function readManifest(directory: string): Promise<BackupManifest> {
  const text = await readFile(join(directory, MANIFEST_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) throw new DamagedBackupError(`${directory} holds no backup (no ${MANIFEST_FILE})`);
  try {
    const manifest = JSON.parse(text) as BackupManifest;
    if (manifest.format === FORMAT) return manifest;
  } catch {
    // Not whole; the message below says so.
  }
  throw new DamagedBackupError(`${join(directory, MANIFEST_FILE)} is not a manifest that this version reads`);
}
