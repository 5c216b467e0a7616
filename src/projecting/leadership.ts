import pg from 'pg';
import { lockKey, type Build } from './build.js';
import { engineConnection } from './connection.js';

/** A leader whose machine vanishes is noticed by the server within about this long: idle 4 s, then 3 probes of 2 s. */
const KEEPALIVE = '-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3';
const ANSWER_WITHIN = 5_000;

/**
 * Who leads which projection: session advisory locks on one connection that does nothing else. The locks elect, no
 * more. A process may lose them and not know it yet; what makes that harmless is the epoch in the checkpoint.
 */
export class Leadership {
  private readonly held = new Set<Build>();
  private client: pg.Client | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  /**
   * @param lease how long, in ms, the locks outlast the last time that they were sought: a frozen process loses them
   * @param lost called when the connection is gone, and with it every lock
   */
  constructor(
    private readonly databaseUrl: string,
    private readonly lease: number,
    private readonly lost: () => void,
  ) {}

  /**
   * Tries to take the lead over each build; connects first if need be. Asking again renews the lease of those it has.
   * @returns those that are ours now, or were before
   * @throws Error when PostgreSQL cannot be reached; nothing is held then
   */
  seek(builds: readonly Build[]): Promise<Build[]> {
    return this.inTurn(async () => {
      const client = this.client ?? (await this.connect());
      try {
        // A lock is taken as often as it is asked for, so it is asked for only while it is not held.
        const wanted = builds.filter((build) => !this.held.has(build));
        const { rows } = await client.query<{ at: number }>(
          'SELECT at::int FROM unnest($1::bigint[]) WITH ORDINALITY AS lock (key, at) WHERE pg_try_advisory_lock(key)',
          [wanted.map(lockKey)],
        );
        for (const { at } of rows) this.held.add(wanted[at - 1] as Build);
        return builds.filter((build) => this.held.has(build));
      } catch (error) {
        this.drop(client);
        throw error;
      }
    });
  }

  /** Gives up the lead over a build, if we have it. Never rejects. */
  release(build: Build): Promise<void> {
    return this.inTurn(async () => {
      const { client } = this;
      if (!this.held.delete(build) || !client) return;
      await client.query('SELECT pg_advisory_unlock($1)', [lockKey(build)]).catch(() => this.drop(client));
    });
  }

  /** Gives up every lead. */
  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.held.clear();
    await client?.end().catch(() => undefined);
  }

  /** The connection answers one question at a time. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async connect(): Promise<pg.Client> {
    const config = engineConnection(this.databaseUrl);
    const client = new pg.Client({
      ...config,
      options: `${config.options} ${KEEPALIVE} -c idle_session_timeout=${this.lease}`,
      application_name: 'tenure-leadership',
      query_timeout: ANSWER_WITHIN,
    });
    client.on('error', () => this.drop(client));
    client.on('end', () => this.drop(client));
    await client.connect();
    this.client = client;
    return client;
  }

  private drop(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.held.clear();
    void client.end().catch(() => undefined);
    this.lost();
  }
}
