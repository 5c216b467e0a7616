/**
 * For other read models that list clients by segment.
 * @param segment SQL for the id of the segment, such as `$1`
 * @param now SQL for the instant at which they are to be in it
 * @returns SQL that selects the members as `client_id`
 */
export const membersNow = (segment: string, now: string): string =>
  `SELECT client_id FROM segment_member
    WHERE segment = ${segment} AND entered_at <= ${now} AND (left_at IS NULL OR left_at > ${now})`;
