import pg from 'pg';

/** Two numbers of our own choosing; the application's own advisory locks live in other databases. */
const LOCK_KEY = [0x7465, 0x6e75];
const NAME = 'tenure process ';

/** Who owns a data directory: the operating system's process id, and the database session that holds the lock. */
export interface Holder {
  pid: number;
  session: number;
}

/** A connection whose only purpose is the lock: what it holds, it holds as long as it stands; it dies with our process. */
export interface LockSession {
  /** The database's id of this session. */
  readonly session: number;
  /** @returns whether this session owns the data directory now */
  tryLock(): Promise<boolean>;
  /** @returns undefined when nobody owns it */
  holder(): Promise<Holder | undefined>;
  /** @returns process ids of the other sessions of this kind, whether they own the directory or not */
  others(): Promise<number[]>;
  /** Whether the connection stands. */
  alive(): boolean;
  /** Rejects when the connection breaks, and with it the lock; not once its end is expected. */
  readonly lost: Promise<never>;
  /** From now on the end of the connection is no fault. */
  expectEnd(): void;
  end(): Promise<void>;
}

/** @param url any database of the embedded server, as long as all use the same */
export async function openLockSession(url: string): Promise<LockSession> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `${NAME}${process.pid}`,
    connectionTimeoutMillis: 10_000,
  });
  let expected = false;
  let standing = true;
  const lost = new Promise<never>((_, reject) => {
    const broken = (cause?: Error) => {
      standing = false;
      if (!expected) reject(new Error('The connection to the embedded PostgreSQL broke', { cause }));
    };
    client.on('error', broken);
    client.on('end', () => broken());
  });
  lost.catch(() => undefined);
  await client.connect();
  const { rows } = await client.query<{ session: number }>('SELECT pg_backend_pid() AS session');
  const expectEnd = () => void (expected = true);
  return {
    session: rows[0]?.session ?? 0,
    tryLock: async () => {
      const answer = await client.query<{ held: boolean }>(
        'SELECT pg_try_advisory_lock($1, $2) AS held',
        LOCK_KEY,
      );
      return answer.rows[0]?.held === true;
    },
    holder: () => findHolder(client),
    others: () => findOthers(client),
    alive: () => standing,
    lost,
    expectEnd,
    end: () => {
      expectEnd();
      return client.end();
    },
  };
}

async function findHolder(client: pg.Client): Promise<Holder | undefined> {
  const { rows } = await client.query<{ session: number; application_name: string }>(
    `SELECT l.pid AS session, a.application_name
       FROM pg_locks l
       JOIN pg_stat_activity a ON a.pid = l.pid
       JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1 AND l.objid = $2 AND l.objsubid = 2`,
    LOCK_KEY,
  );
  const row = rows[0];
  return row && { session: row.session, pid: Number(row.application_name.slice(NAME.length)) };
}

async function findOthers(client: pg.Client): Promise<number[]> {
  const { rows } = await client.query<{ application_name: string }>(
    'SELECT application_name FROM pg_stat_activity WHERE starts_with(application_name, $1) AND pid <> pg_backend_pid()',
    [NAME],
  );
  return rows.map((row) => Number(row.application_name.slice(NAME.length)));
}
