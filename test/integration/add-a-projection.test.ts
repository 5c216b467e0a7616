import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { ProjectionSpec } from '../support/projection-spec.js';
import { recordedLife } from '../support/client-lives.js';
import { technicianWork } from '../support/technician-work.projection.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';

const clientId = '6f1c2d2e-1111-4222-8333-444455556666';
const serviceId = '6f1c2d2e-1111-4222-8333-444455557777';
const at = '2024-01-09T14:00:00.000Z';

let spec: ProjectionSpec;
beforeAll(async () => {
  spec = await ProjectionSpec.open(technicianWork);
});
afterAll(() => spec.close());

it('the projection that the how-to shows is the one tested here', async () => {
  const page = await readFile('docs/how-to/add-a-projection.md', 'utf8');
  expect(page).toContain(await readFile('test/support/technician-work.projection.ts', 'utf8'));
});

it('keeps what the how-to says: a row for every technician of a service', async () => {
  const facts = recordedLife(clientId, [
    { type: 'ClientServiced', data: { serviceId, technicians: ['Ann', 'Bo'] }, occurredAt: at },
  ]) as RecordedEvent[];
  await spec.given(facts).gives({
    technician_service: ['Ann', 'Bo'].map((technician) => ({
      technician,
      service_id: serviceId,
      serviced_at: at,
    })),
  });
});
