import type { DataSource } from 'typeorm';
import type { RfmCutsData } from '../../src/segment/rfm/rfm-cuts.events.js';

/** The bound of the score k + 1 is the ceil(k N / 5)th value from below, k from 1 to 4: ranks are counted in whole numbers. */
const BOUNDS = `
  WITH served AS (
    SELECT client_id, (last_serviced_at AT TIME ZONE $1)::date AS day, visits, lifetime
      FROM client_record WHERE services > 0 AND merged_into IS NULL
  ), spent AS (
    SELECT client_id, one->>'currency' AS currency, (one->>'amountMinor')::bigint AS amount
      FROM served, jsonb_array_elements(lifetime) AS one
  ), measured AS (
    SELECT 'recency' AS measure, NULL AS currency, extract(epoch FROM (day + 1)::timestamp AT TIME ZONE $1) AS value
      FROM served
    UNION ALL SELECT 'frequency', NULL, visits FROM served
    UNION ALL SELECT 'monetary', currencies.currency, coalesce(spent.amount, 0)
      FROM served CROSS JOIN (SELECT DISTINCT currency FROM spent) AS currencies
      LEFT JOIN spent ON spent.client_id = served.client_id AND spent.currency = currencies.currency
  ), ranked AS (
    SELECT *, row_number() OVER w AS place, count(*) OVER (PARTITION BY measure, currency) AS clients
      FROM measured WINDOW w AS (PARTITION BY measure, currency ORDER BY value)
  )
  SELECT measure, currency, clients::integer, value::double precision
    FROM ranked CROSS JOIN generate_series(1, 4) AS k WHERE place = (k * clients + 4) / 5
   ORDER BY measure, currency, k`;

/**
 * @param zone the business's, whose days count: clients last visited on the same day are equal
 * @returns how the clients that were ever serviced stand to each other now; null where there are none
 */
export async function rfmCutsNow(database: DataSource, zone: string): Promise<RfmCutsData | null> {
  const rows: { measure: string; currency: string | null; clients: number; value: number }[] =
    await database.query(BOUNDS, [zone]);
  const [first] = rows;
  if (!first) return null;
  const bounds = (measure: string, currency: string | null = null) =>
    rows.filter((row) => row.measure === measure && row.currency === currency).map(({ value }) => value);
  const currencies = [...new Set(rows.flatMap(({ currency }) => currency ?? []))];
  return {
    clients: first.clients,
    bounds: {
      recency: bounds('recency').map((seconds) => new Date(seconds * 1_000).toISOString()),
      frequency: bounds('frequency'),
      monetary: Object.fromEntries(currencies.map((one) => [one, bounds('monetary', one)])),
    },
  };
}
