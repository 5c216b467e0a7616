/** The settings of an embedded server by their PostgreSQL names; given at every start, so that a release can change them. */
export type ServerSettings = Readonly<Record<string, string>>;

/**
 * For one machine that runs the application too. Nothing that was acknowledged may be lost; nobody from outside
 * may connect; the log stays small and holds no client's data (row values appear in ERROR lines and in DETAIL).
 */
export const SERVER_SETTINGS: ServerSettings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '1GB',
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};
