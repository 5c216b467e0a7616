import { Rejection, type Decision } from '../../event-store/decider.js';
import type { Instant } from '../../schema/instant.js';
import type { ClientCommandOf } from '../client-command.js';
import { changed, given, noItems, type Items } from '../items.js';
import { slice } from '../slice.js';
import type { Complaint, ComplaintEvent, Reopened, Resolution } from './complaint.events.js';

/** A complaint. The set of them stands beside the lifecycle and is never a state of it. */
export interface ComplaintMark {
  /** when it was raised, or reopened */
  readonly at: Instant;
  readonly open: boolean;
  /** when it has to be resolved by, where that was said */
  readonly slaDueAt?: Instant;
}
export type Complaints = Items<ComplaintMark>;

export type RaiseComplaint = ClientCommandOf<'RaiseComplaint', Complaint>;
export type ResolveComplaint = ClientCommandOf<'ResolveComplaint', Resolution>;
export type ReopenComplaint = ClientCommandOf<'ReopenComplaint', Reopened>;

export const complaintSlice = slice<RaiseComplaint | ResolveComplaint | ReopenComplaint>()({
  initial: noItems<ComplaintMark>(),
  evolve: {
    ClientComplained: (complaints, { data, occurredAt }) =>
      complaints.set(data.complaintId, { at: occurredAt, open: true, ...given({ slaDueAt: data.slaDueAt }) }),
    ComplaintResolved: (complaints, { data }) => changed(complaints, data.complaintId, { open: false }),
    ComplaintReopened: (complaints, { data, occurredAt }) =>
      changed(complaints, data.complaintId, {
        at: occurredAt,
        open: true,
        ...given({ slaDueAt: data.slaDueAt }),
      }),
  },
  decide: { RaiseComplaint: raise, ResolveComplaint: resolve, ReopenComplaint: reopen },
});

function raise(complaints: Complaints, { data, at }: RaiseComplaint): Decision<ComplaintEvent> {
  const known = complaints.get(data.complaintId);
  if (known) {
    const detail = `complaint ${data.complaintId} is already recorded`;
    return Rejection.illegal(openness(known), 'complain-once', detail);
  }
  return [{ type: 'ClientComplained', data, occurredAt: at }];
}

function resolve(complaints: Complaints, { data, at }: ResolveComplaint): Decision<ComplaintEvent> {
  const { complaintId, creditMinor, currency } = data;
  const complaint = complaints.get(complaintId);
  if (!complaint) return Rejection.unknown(`the client has no complaint ${complaintId}`);
  if (!complaint.open) {
    return Rejection.illegal('resolved', 'resolve-open', `complaint ${complaintId} is already resolved`);
  }
  if (at < complaint.at) {
    return Rejection.invalid(
      'occurredAt',
      `a complaint cannot be resolved before it was raised (${complaint.at})`,
    );
  }
  if ((creditMinor === undefined) !== (currency === undefined)) {
    const missing = currency === undefined ? 'currency' : 'creditMinor';
    return Rejection.invalid(missing, 'a credit needs a currency, and a currency a credit');
  }
  return [{ type: 'ComplaintResolved', data, occurredAt: at }];
}

function reopen(complaints: Complaints, { data, at }: ReopenComplaint): Decision<ComplaintEvent> {
  const complaint = complaints.get(data.complaintId);
  if (!complaint) return Rejection.unknown(`the client has no complaint ${data.complaintId}`);
  if (complaint.open) {
    return Rejection.illegal('open', 'reopen-resolved', `complaint ${data.complaintId} is open`);
  }
  return [{ type: 'ComplaintReopened', data, occurredAt: at }];
}

const openness = ({ open }: ComplaintMark): string => (open ? 'open' : 'resolved');
