import type { EntityManager } from 'typeorm';

/** Runs SQL, all of it on one state of the tables. */
export type Sql = Pick<EntityManager, 'query' | 'queryRunner'>;
