import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a running server writes about itself into postmaster.pid. */
export interface PostmasterRecord {
  pid: number;
  /** 0 while the server has not opened its port yet. */
  port: number;
  status: 'starting' | 'stopping' | 'ready' | 'unknown';
}

/** @returns undefined when there is no such file, or it is just being written */
export async function readPostmasterRecord(cluster: string): Promise<PostmasterRecord | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  // Lines: pid, data directory, start time, port, socket directory, address, shared memory, status.
  const lines = text?.split('\n').map((line) => line.trim()) ?? [];
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const status = lines[7];
  const known = status === 'starting' || status === 'stopping' || status === 'ready';
  return { pid, port: Number(lines[3] ?? 0), status: known ? status : 'unknown' };
}

/** Whether a process of this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether the process that a postmaster.pid names is a PostgreSQL server of this data directory. After a reboot, or in a
 * restarted container, the id often belongs to something else, and PostgreSQL itself would then refuse to start.
 */
export async function isPostmasterOf(cluster: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') {
    const ps = await promisify(execFile)('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({
      stdout: '',
    }));
    return ps.stdout.trim().endsWith('postgres');
  }
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // "pid (name) state …"; a zombie is a dead server whose parent has not noticed.
  if (!/^\d+ \(postgres\) [^ZX]/.test(line)) return false;
  const [ours, theirs] = await Promise.all([stat(cluster), stat(`/proc/${pid}/cwd`).catch(() => undefined)]);
  // Without the right to look (root in a container without ptrace) the name has to do.
  return theirs === undefined || (theirs.ino === ours.ino && theirs.dev === ours.dev);
}
