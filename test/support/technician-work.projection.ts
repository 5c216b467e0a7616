import { CLIENT_STREAMS } from '../../src/client/client.events.js';
import type { ClientServiced } from '../../src/client/lifecycle/lifecycle.events.js';
import type { EventOf } from '../../src/event-store/event-definition.js';
import type { Projection } from '../../src/projecting/projection.js';

type Work = EventOf<typeof ClientServiced>;

export const technicianWork: Projection<Work> = {
  name: 'technician-work',
  version: 1,
  streams: [CLIENT_STREAMS],
  tables: [
    {
      shape: 'append',
      table: {
        name: 'technician_service',
        columns: { service_id: 'uuid', technician: 'text', serviced_at: 'timestamptz' },
        key: ['technician', 'service_id'],
      },
      on: {
        ClientServiced: ({ event: { data, occurredAt } }) =>
          (data.technicians ?? []).map((technician) => ({
            service_id: data.serviceId,
            technician,
            serviced_at: occurredAt,
          })),
      },
    },
  ],
};
