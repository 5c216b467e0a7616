/** How far the crosses of a build are filled (cross-fill.ts). */
export const CROSS_FILL_TABLE = `
  CREATE TABLE IF NOT EXISTS projection.cross_fill (
    name text NOT NULL,
    build text NOT NULL,
    table_name text NOT NULL,
    filled jsonb NOT NULL,
    filling jsonb,
    cursor uuid,
    steps integer NOT NULL,
    PRIMARY KEY (name, build, table_name))`;
