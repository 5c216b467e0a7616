import { Rejection, type Decision } from '../../event-store/decider.js';
import type { Instant } from '../../schema/instant.js';
import type { Complaint, ComplaintEvent, Resolution } from './complaint.events.js';

/** The complaints of a client by id. A set beside the lifecycle, never a state of it. */
export type Complaints = ReadonlyMap<string, { readonly at: Instant; readonly open: boolean }>;

export const noComplaints: Complaints = new Map();

export interface RaiseComplaint {
  readonly kind: 'RaiseComplaint';
  readonly at: Instant;
  readonly now: Instant;
  readonly data: Complaint;
}

export interface ResolveComplaint {
  readonly kind: 'ResolveComplaint';
  readonly at: Instant;
  readonly now: Instant;
  readonly data: Resolution;
}

export function evolveComplaints(complaints: Complaints, event: ComplaintEvent): Complaints {
  const { complaintId } = event.data;
  const at = complaints.get(complaintId)?.at ?? event.occurredAt;
  return new Map(complaints).set(complaintId, { at, open: event.type === 'ClientComplained' });
}

export function raiseComplaint(complaints: Complaints, command: RaiseComplaint): Decision<ComplaintEvent> {
  const { complaintId } = command.data;
  const known = complaints.get(complaintId);
  if (known) {
    return Rejection.illegal(
      openness(known),
      'complain-once',
      `complaint ${complaintId} is already recorded`,
    );
  }
  return [{ type: 'ClientComplained', data: command.data, occurredAt: command.at }];
}

export function resolveComplaint(
  complaints: Complaints,
  command: ResolveComplaint,
): Decision<ComplaintEvent> {
  const { complaintId, creditMinor, currency } = command.data;
  const complaint = complaints.get(complaintId);
  if (!complaint) return Rejection.unknown(`the client has no complaint ${complaintId}`);
  if (!complaint.open) {
    return Rejection.illegal('resolved', 'resolve-open', `complaint ${complaintId} is already resolved`);
  }
  if (command.at < complaint.at) {
    return Rejection.invalid(
      'occurredAt',
      `a complaint cannot be resolved before it was raised (${complaint.at})`,
    );
  }
  if ((creditMinor === undefined) !== (currency === undefined)) {
    const missing = currency === undefined ? 'currency' : 'creditMinor';
    return Rejection.invalid(missing, 'a credit needs a currency, and a currency a credit');
  }
  return [{ type: 'ComplaintResolved', data: command.data, occurredAt: command.at }];
}

const openness = (complaint: { open: boolean }): string => (complaint.open ? 'open' : 'resolved');
