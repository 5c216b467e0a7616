import type { CommandFrame } from '../../src/client/client-command.js';
import type { ClientCommand, ClientIntent } from '../../src/client/client.slices.js';
import { noItems } from '../../src/client/items.js';
import type { LapseSurroundings } from '../../src/client/lifecycle/lapse-window.js';
import type { LapsePolicy } from '../../src/policy/lapse-policy.js';
import type { Instant } from '../../src/schema/instant.js';

/** A window of 90 days for everybody. */
export const ninetyDays: LapsePolicy = { kind: 'fixed', windowDays: 90, version: 0 };

/** Nothing but its services bears on the lapses of a client. */
export const servicesAlone: LapseSurroundings = {
  trade: undefined,
  plans: noItems(),
  bookings: noItems(),
  closures: [],
};

/**
 * Commands to one client, for tests of decisions: `commandsTo(id)({ kind: 'AddTag', data: { tag: 'vip' } }, at)`.
 * @returns a maker of commands: what is wanted, when it happened, and when it is said (then, unless told)
 */
export const commandsTo =
  (clientId: string, policy: LapsePolicy = ninetyDays) =>
  (
    intent: ClientIntent,
    at: Instant,
    now: Instant = at,
    frame: Partial<CommandFrame> = {},
  ): ClientCommand => ({ clientId, at, now, lapsesUpTo: now, policy, ...frame, ...intent });
