import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { segmentLives, segmentRows } from '../../../test/support/segment-lives.js';
import { spanOf } from './life-span.js';
import { recordedBy } from './service-columns.js';

it('what rules see of services and of the span follows from the lifecycle, whatever happened in which order', () => {
  fc.assert(
    fc.property(segmentLives, (lives) => {
      for (const { lifecycle, evidence, services, span } of segmentRows(lives)) {
        const eventOf = new Map(evidence);
        expect(services.at.map((_at, index) => recordedBy(services, index))).toEqual(
          lifecycle.services.map(({ serviceId }) => eventOf.get(serviceId)),
        );
        expect(services.at).toEqual(lifecycle.services.map(({ at }) => Date.parse(at)));
        const told = lifecycle.services.map(({ amountMinor, currency, serviceType }) => [
          amountMinor ?? null,
          currency ?? null,
          serviceType ?? null,
        ]);
        const { amountMinor, currency, serviceType } = services;
        expect(amountMinor.map((amount, index) => [amount, currency[index], serviceType[index]])).toEqual(
          told,
        );
        expect(span).toEqual(spanOf(lifecycle, evidence));
      }
    }),
    { numRuns: 300 },
  );
});
