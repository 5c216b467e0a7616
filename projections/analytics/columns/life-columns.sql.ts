import { heldClient } from '../facts/held-client.js';
import { RETENTION_FACTS } from '../facts/retention-facts.js';
import type { Withdrawn } from '../facts/service.facts.js';
import { lastSaid } from '../held.js';

/** @returns SELECT of the ids of all clients of whom something was recorded after a position */
export const TOUCHED = (position: number): string =>
  [heldClient.name, ...RETENTION_FACTS]
    .map((table) => `SELECT client_id FROM ${table} WHERE position > ${position}`)
    .join(' UNION ');

/** When a row was first withdrawn after it was recorded, as a table of its key and `recorded_at`. */
const withdrawals = (kind: Withdrawn, table: string, item: string, which: string): string =>
  `SELECT fact.${item}, client_id, fact.position, min(gone.recorded_at) AS recorded_at
    FROM (SELECT * FROM fact_withdrawal WHERE kind = '${kind}' AND ${which}) AS gone
      JOIN ${table} AS fact USING (client_id)
    WHERE fact.${item} = gone.item_id AND fact.position < gone.position
    GROUP BY 1, 2, 3`;

const lapses = (which: string): string => `
  SELECT lapse_id, client_id, said.at AS lapse_at, said.recorded_at AS lapse_recorded, gone.recorded_at AS lapse_withdrawn
  FROM fact_lapse AS said
    LEFT JOIN (${withdrawals('lapse', 'fact_lapse', 'lapse_id', which)}) AS gone USING (lapse_id, client_id, position)
  WHERE ${which}`;

/** SELECTs of the rows of clients, by client, in the order and with the fields that `LifeColumns` expects. */
export const LIFE_COLUMNS = {
  held: (which: string) => `
    SELECT client_id, recorded_at, superseded_at, converted_at, counts_from, source, trade, client_type
    FROM held_client WHERE ${which} ORDER BY client_id, position`,

  services: (which: string) => `
    SELECT client_id, said.at, said.position, said.recorded_at, gone.recorded_at, said.amount_minor, said.currency,
           ${lastSaid('service_type')}, (${lastSaid('technicians')}) ->> 0
    FROM fact_service AS said
      LEFT JOIN (${withdrawals('service', 'fact_service', 'service_id', which)}) AS gone USING (service_id, client_id, position)
    WHERE ${which} ORDER BY client_id, said.at, position`,

  lapses: (which: string) => `
    SELECT client_id, lapse_at, lapse_recorded, lapse_withdrawn FROM (${lapses(which)}) AS lapse ORDER BY client_id, lapse_at`,

  returns: (which: string) => `
    SELECT client_id, said.at, said.recorded_at, gone.recorded_at, lapse_at, lapse_recorded, lapse_withdrawn
    FROM fact_return AS said
      LEFT JOIN (${withdrawals('return', 'fact_return', 'lapse_id', which)}) AS gone USING (lapse_id, client_id, position)
      JOIN (${lapses(which)}) AS lapse USING (lapse_id, client_id)
    WHERE ${which} ORDER BY client_id, said.at`,

  closures: (which: string) => `
    SELECT client_id, at, recorded_at, change = 'reopened'
    FROM fact_closure WHERE ${which} ORDER BY client_id, position`,
};
