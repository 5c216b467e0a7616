/**
 * @param client an expression for the id of a client
 * @returns a query for it (`far` = 0), for the clients merged into it, and for those that were merged into them before:
 *   what was recorded of what now counts as the client's stands with one of them
 */
const livesOf = (client: string): string => `
  WITH RECURSIVE life (client_id, far) AS (
    SELECT ${client}::uuid, 0
    UNION ALL
    SELECT other.id::uuid, far + 1
      FROM life JOIN client_record USING (client_id), jsonb_array_elements_text(absorbed) AS other (id)
  )
  SELECT client_id, far FROM life`;

/**
 * @param client an expression for the id of a client
 * @returns for FROM: `life` (client_id, far) as of `livesOf`, with `card`, what the read model holds of each. The planner expects
 *   ten thousand lives and would read all cards for them; so they are looked up one by one
 */
export const cardsOf = (client: string): string => `
  (${livesOf(client)}) AS life CROSS JOIN LATERAL (
    SELECT * FROM client_card AS own WHERE own.client_id = life.client_id LIMIT 1) AS card`;
