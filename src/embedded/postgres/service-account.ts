import { readFile, stat } from 'node:fs/promises';

/** The operating-system user that PostgreSQL runs as; undefined means "as whoever runs this process". */
export interface ServiceAccount {
  name: string;
  uid: number;
  gid: number;
}

const NOBODY: ServiceAccount = { name: 'nobody', uid: 65534, gid: 65534 };

/**
 * Whom to run PostgreSQL as. It refuses root, so root hands it to the user who owns the cluster already (data made
 * by an ordinary user and now started with sudo), else to `postgres`, else to `nobody`.
 * @param cluster the data directory, which need not exist yet
 * @returns undefined when this process is not root
 */
export async function chooseServiceAccount(cluster: string): Promise<ServiceAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  if (owner && owner.uid !== 0) return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  const accounts = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  return accounts.find((a) => a.name === 'postgres') ?? accounts.find((a) => a.name === 'nobody') ?? NOBODY;
}

function parsePasswd(text: string): ServiceAccount[] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((account) => Number.isInteger(account.uid) && account.uid !== 0);
}
