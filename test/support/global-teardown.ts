import type { RunningCluster } from './global-setup.js';

export default async function globalTeardown(): Promise<void> {
  await (globalThis as RunningCluster).tenureTestCluster?.remove();
}
