import type { Table } from '../../../src/projecting/projection.js';
import { FACT_COLUMNS, factOf, facts, type FactColumns } from './fact-events.js';

/** What became of a complaint. The service, category and severity are those it was raised with, so null on later changes. */
export type ComplaintFact = FactColumns & {
  complaint_id: string;
  change: 'raised' | 'resolved' | 'reopened';
  service_id: string | null;
  category: string | null;
  severity: string | null;
  /** how satisfied the client is with the resolution, 1–5 */
  satisfaction: number | null;
};

export const factComplaint: Table<ComplaintFact> = {
  name: 'fact_complaint',
  columns: {
    ...FACT_COLUMNS,
    complaint_id: 'uuid',
    change: 'text',
    service_id: 'uuid?',
    category: 'text?',
    severity: 'text?',
    satisfaction: 'integer?',
  },
  key: ['complaint_id', 'position'],
};

const UNSAID = { service_id: null, category: null, severity: null, satisfaction: null };

export const complaintFacts = facts<ComplaintFact>(factComplaint, {
  ClientComplained: (fact) => {
    const { complaintId, serviceId = null, category = null, severity = null } = fact.event.data;
    const said = { service_id: serviceId, category, severity, satisfaction: null };
    return [{ ...factOf(fact), complaint_id: complaintId, change: 'raised', ...said }];
  },
  ComplaintResolved: (fact) => {
    const { complaintId, satisfaction = null } = fact.event.data;
    return [{ ...factOf(fact), ...UNSAID, complaint_id: complaintId, change: 'resolved', satisfaction }];
  },
  ComplaintReopened: (fact) => [
    { ...factOf(fact), ...UNSAID, complaint_id: fact.event.data.complaintId, change: 'reopened' },
  ],
});
