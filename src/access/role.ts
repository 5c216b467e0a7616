/**
 * - `admin`: everything
 * - `staff`: commands, client record, history, segments
 * - `analyst`: analytics, segments, counts; never personal data
 * - `auditor`: reads everything including raw events, writes nothing
 */
export const ROLES = ['admin', 'staff', 'analyst', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export const isRole = (value: unknown): value is Role => (ROLES as readonly unknown[]).includes(value);
