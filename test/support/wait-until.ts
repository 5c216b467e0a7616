import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits on a condition instead of a time.
 * @returns the first truthy answer
 * @throws Error that names `what` when none came within the bound
 */
export async function waitUntil<T>(
  what: string,
  ask: () => T | Promise<T>,
  boundMs = 15_000,
): Promise<NonNullable<T>> {
  for (const end = Date.now() + boundMs; Date.now() < end; await delay(10)) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error(`Waited ${boundMs} ms in vain until ${what}`);
}
