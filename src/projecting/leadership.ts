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
  private asked: Promise<unknown> = Promise.resolve();

  /** @param lost called when the connection is gone, and with it every lock */
  constructor(
    private readonly databaseUrl: string,
    private readonly lost: () => void,
  ) {}

  /**
   * Tries to take the lead over each build; connects first if need be.
   * @returns those that are ours now, or were before
   * @throws Error when PostgreSQL cannot be reached; nothing is held then
   */
  async seek(builds: readonly Build[]): Promise<Build[]> {
    const client = this.client ?? (await this.connect());
    try {
      // A lock is taken as often as it is asked for, so it is asked for only while it is not held. Without any to ask
      // for, the empty question still tells whether the connection lives.
      const wanted = builds.filter((build) => !this.held.has(build));
      const { rows } = await this.ask<{ at: number }>(
        client,
        'SELECT at::int FROM unnest($1::bigint[]) WITH ORDINALITY AS lock (key, at) WHERE pg_try_advisory_lock(key)',
        [wanted.map(lockKey)],
      );
      for (const { at } of rows) this.held.add(wanted[at - 1] as Build);
      return builds.filter((build) => this.held.has(build));
    } catch (error) {
      this.drop(client);
      throw error;
    }
  }

  async release(build: Build): Promise<void> {
    if (!this.held.delete(build) || !this.client) return;
    const { client } = this;
    const unlock = this.ask(client, 'SELECT pg_advisory_unlock($1)', [lockKey(build)]);
    await unlock.catch(() => this.drop(client));
  }

  /** One question at a time: pg has deprecated queueing them up on a connection. */
  private ask<R extends pg.QueryResultRow>(client: pg.Client, sql: string, values: unknown[]) {
    const answer = this.asked.then(() => client.query<R>(sql, values));
    this.asked = answer.catch(() => undefined);
    return answer;
  }

  private async connect(): Promise<pg.Client> {
    const config = engineConnection(this.databaseUrl);
    const client = new pg.Client({
      ...config,
      options: `${config.options} ${KEEPALIVE}`,
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

  /** Gives up every lead. */
  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.held.clear();
    await client?.end().catch(() => undefined);
  }
}
