import { ProjectionSpec } from '../../test/support/projection-spec.js';
import { EventLog } from '../../test/support/recorded-events.js';
import { cohortRetention } from './cohort-retention.projection.js';
import type { ServiceEvent } from '../analytics/facts/service-movements.js';

const ADA = '0a000000-0000-4000-8000-000000000001';
const BEN = '0b000000-0000-4000-8000-000000000002';
const service = (number: number) => `5e000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

let log: EventLog<ServiceEvent>;
beforeEach(() => {
  log = new EventLog();
});

const converted = (client: string, at: string) =>
  log.record(`client-${client}`, 'ClientConverted', { source: 'referral' }, { at });
const serviced = (client: string, number: number, at: string, amountMinor?: number, currency = 'EUR') => {
  const amount = amountMinor === undefined ? {} : { amountMinor, currency };
  return log.record(`client-${client}`, 'ClientServiced', { serviceId: service(number), ...amount }, { at });
};

describe('in UTC', () => {
  let spec: ProjectionSpec;
  beforeAll(async () => {
    spec = await ProjectionSpec.open(cohortRetention('UTC'));
  });
  afterAll(() => spec.close());

  const month = { grain: 'month' };
  const byConversion = { anchor: 'converted', ...month };
  const byService = { anchor: 'first_service', ...month };
  /** beside its conversion */
  const said = { source: 'referral', trade: null, client_type: null };

  test('a client is counted once in each month it was serviced in, and its services are kept as facts', async () => {
    const conversion = converted(ADA, '2021-03-05T10:00:00.000Z');
    const first = serviced(ADA, 1, '2021-03-06T10:00:00.000Z', 5000);
    serviced(ADA, 2, '2021-03-20T10:00:00.000Z', 1500);
    serviced(ADA, 3, '2021-05-31T23:59:59.999Z');

    await spec.given(log.events).gives({
      retention_client: [
        {
          client_id: ADA,
          converted_at: '2021-03-05T10:00:00.000Z',
          converted_month: '2021-03',
          first_service_month: '2021-03',
          counts_from: conversion.position,
          months: {
            '2021-03': { services: 2, amounts: { EUR: { minor: 6500, services: 2 } } },
            '2021-05': { services: 1, amounts: {} },
          },
          lapses: [],
          closures: [],
          conversions: [{ of: ADA, at: '2021-03-05T10:00:00.000Z', eventId: conversion.id }],
          ...said,
          held: [
            {
              at: '2021-03-05T10:00:00.000Z',
              eventId: conversion.id,
              position: '10',
              recordedAt: conversion.recordedAt,
              countsFrom: '10',
              ...said,
              supersededAt: null,
            },
          ],
        },
      ],
      held_client: [
        {
          client_id: ADA,
          position: 10n,
          event_id: conversion.id,
          converted_at: '2021-03-05T10:00:00.000Z',
          recorded_at: conversion.recordedAt,
          superseded_at: null,
          counts_from: 10n,
          ...said,
        },
      ],
      fact_withdrawal: [],
      retention_cohort: [
        { ...byConversion, cohort: '2021-03', clients: 1, services_before: 0 },
        { ...byService, cohort: '2021-03', clients: 1, services_before: 0 },
      ],
      retention_cell: [
        { ...byConversion, cohort: '2021-03', k: 0, clients: 1 },
        { ...byConversion, cohort: '2021-03', k: 2, clients: 1 },
        { ...byService, cohort: '2021-03', k: 0, clients: 1 },
        { ...byService, cohort: '2021-03', k: 2, clients: 1 },
      ],
      retention_revenue: [byConversion, byService].map((anchor) => {
        return {
          ...anchor,
          cohort: '2021-03',
          k: 0,
          currency: 'EUR',
          amount_minor: 6500n,
          services: 2,
          clients: 1,
        };
      }),
    });
    const { fact_service: facts } = await spec.given(log.events).rows();
    expect(facts).toHaveLength(3);
    expect(facts?.[0]).toEqual({
      position: first.position,
      event_id: first.id,
      service_id: service(1),
      client_id: ADA,
      at: '2021-03-06T10:00:00.000Z',
      amount_minor: 5000n,
      currency: 'EUR',
      service_type: null,
      technicians: null,
      restated: false,
      recorded_at: first.recordedAt,
    });
    expect(facts?.[2]).toMatchObject({ amount_minor: null, currency: null });
  });

  describe('the past is restated', () => {
    const mark = (number: number, at: string) => ({ serviceId: service(number), at });
    const withdrawal = (number: number, by: ReturnType<typeof serviced>) => ({
      client_id: ADA,
      kind: 'service',
      item_id: service(number),
      position: by.position,
      event_id: by.id,
      recorded_at: by.recordedAt,
    });

    test('by a void: the service is as if it had never been, and the facts tell until when it was held', async () => {
      converted(ADA, '2021-03-05T10:00:00.000Z');
      serviced(ADA, 1, '2021-03-06T10:00:00.000Z', 5000);
      serviced(ADA, 2, '2021-04-06T10:00:00.000Z', 700);
      const servicedAt = '2021-03-06T10:00:00.000Z';
      const amount = { amountMinor: 5000, currency: 'EUR' };
      const data = { serviceId: service(1), servicedAt, ...amount };
      const fact = log.record(`client-${ADA}`, 'ServiceVoided', data);
      await spec.given(log.events).gives({
        retention_cell: [
          { ...byConversion, cohort: '2021-03', k: 1, clients: 1 },
          { ...byService, cohort: '2021-04', k: 0, clients: 1 },
        ],
        retention_revenue: [
          { ...byConversion, cohort: '2021-03', k: 1 },
          { ...byService, cohort: '2021-04', k: 0 },
        ].map((cell) => ({ ...cell, currency: 'EUR', amount_minor: 700n, services: 1, clients: 1 })),
        fact_withdrawal: [withdrawal(1, fact)],
      });
      expect((await spec.given(log.events).rows()).fact_service).toHaveLength(2);
    });

    test('by a correction of date and amount, which is the evidence from then on', async () => {
      converted(ADA, '2021-01-02T12:00:00.000Z');
      serviced(ADA, 1, '2021-01-31T12:00:00.000Z', 5000);
      const fact = log.record(`client-${ADA}`, 'ServiceCorrected', {
        ...{
          serviceId: service(1),
          servicedAt: '2021-02-01T12:00:00.000Z',
          amountMinor: 45,
          currency: 'CHF',
        },
        previouslyServicedAt: '2021-01-31T12:00:00.000Z',
        ...{ previousAmountMinor: 5000, previousCurrency: 'EUR' },
      });
      const rows = await spec.given(log.events).rows();
      expect(rows.retention_revenue).toEqual([
        {
          ...{ ...byConversion, cohort: '2021-01', k: 1, currency: 'CHF' },
          ...{ amount_minor: 45n, services: 1, clients: 1 },
        },
        {
          ...{ ...byService, cohort: '2021-02', k: 0, currency: 'CHF' },
          ...{ amount_minor: 45n, services: 1, clients: 1 },
        },
      ]);
      expect(rows.fact_service?.at(-1)).toMatchObject({ event_id: fact.id, amount_minor: 45n });
      expect(rows.fact_withdrawal).toEqual([withdrawal(1, fact)]);
    });

    test('by a merge: the earlier conversion is the cohort, services are pooled; and by its undoing', async () => {
      converted(ADA, '2021-03-05T12:00:00.000Z');
      serviced(ADA, 1, '2021-03-05T12:00:00.000Z');
      converted(BEN, '2021-01-10T12:00:00.000Z');
      serviced(BEN, 2, '2021-01-10T12:00:00.000Z');
      log.record(`client-${BEN}`, 'ClientMergedInto', { survivorId: ADA });
      const life = { services: [mark(2, '2021-01-10T12:00:00.000Z')], lapses: [], items: {} };
      const absorption = { absorbedId: BEN, convertedAt: '2021-01-10T12:00:00.000Z', life };
      log.record(`client-${ADA}`, 'ClientAbsorbed', absorption);
      await spec.given(log.events).gives({
        retention_cohort: [
          { ...byConversion, cohort: '2021-01', clients: 1, services_before: 0 },
          { ...byService, cohort: '2021-01', clients: 1, services_before: 0 },
        ],
        retention_cell: [
          { ...byConversion, cohort: '2021-01', k: 0, clients: 1 },
          { ...byConversion, cohort: '2021-01', k: 2, clients: 1 },
          { ...byService, cohort: '2021-01', k: 0, clients: 1 },
          { ...byService, cohort: '2021-01', k: 2, clients: 1 },
        ],
      });

      log.record(`client-${ADA}`, 'ClientUnmerged', { side: 'survivor', otherId: BEN, life });
      log.record(`client-${BEN}`, 'ClientUnmerged', { side: 'restored', otherId: ADA, life });
      await spec.given(log.events).gives({
        retention_cohort: [
          { ...byConversion, cohort: '2021-01', clients: 1, services_before: 0 },
          { ...byConversion, cohort: '2021-03', clients: 1, services_before: 0 },
          { ...byService, cohort: '2021-01', clients: 1, services_before: 0 },
          { ...byService, cohort: '2021-03', clients: 1, services_before: 0 },
        ],
      });
    });
  });

  test('a client never serviced is in a cohort by conversion, in no cell, and in no cohort by first service', async () => {
    converted(ADA, '2021-03-05T10:00:00.000Z');
    await spec.given(log.events).gives({
      retention_cohort: [{ ...byConversion, cohort: '2021-03', clients: 1, services_before: 0 }],
      retention_cell: [],
      retention_revenue: [],
    });
  });

  test('a service earlier in the month of conversion is of index 0, one in a month before is in no cell', async () => {
    converted(ADA, '2021-03-15T10:00:00.000Z');
    serviced(ADA, 1, '2021-02-28T10:00:00.000Z', 700);
    serviced(ADA, 2, '2021-03-01T10:00:00.000Z', 300);
    await spec.given(log.events).gives({
      retention_cohort: [
        { ...byConversion, cohort: '2021-03', clients: 1, services_before: 1 },
        { ...byService, cohort: '2021-02', clients: 1, services_before: 0 },
      ],
      retention_cell: [
        { ...byConversion, cohort: '2021-03', k: 0, clients: 1 },
        { ...byService, cohort: '2021-02', k: 0, clients: 1 },
        { ...byService, cohort: '2021-02', k: 1, clients: 1 },
      ],
    });
  });

  test('a service recorded late moves its client to the cohort that it should always have been in', async () => {
    converted(ADA, '2021-01-10T10:00:00.000Z');
    serviced(ADA, 1, '2021-04-10T10:00:00.000Z');
    serviced(ADA, 2, '2021-02-10T10:00:00.000Z');
    const { retention_cohort: cohorts, retention_cell: cells } = await spec.given(log.events).rows();
    expect(cohorts?.filter(({ anchor }) => anchor === 'first_service').map(({ cohort }) => cohort)).toEqual([
      '2021-02',
    ]);
    expect(
      cells?.filter(({ anchor }) => anchor === 'first_service').map(({ cohort, k }) => [cohort, k]),
    ).toEqual([
      ['2021-02', 0],
      ['2021-02', 2],
    ]);
  });

  test('clients add up in a cell, currencies never do, and an amount of 0 is an amount', async () => {
    converted(ADA, '2021-03-05T10:00:00.000Z');
    converted(BEN, '2021-03-06T10:00:00.000Z');
    serviced(ADA, 1, '2021-04-01T00:00:00.000Z', 5000);
    serviced(ADA, 2, '2021-04-02T00:00:00.000Z', 900, 'CHF');
    serviced(BEN, 3, '2021-04-03T00:00:00.000Z', 0);
    const of = { ...byConversion, cohort: '2021-03', k: 1 };
    const { retention_cell: cells, retention_revenue: revenue } = await spec.given(log.events).rows();
    expect(cells).toContainEqual({ ...of, clients: 2 });
    expect(revenue?.filter(({ anchor }) => anchor === 'converted')).toEqual([
      { ...of, currency: 'CHF', amount_minor: 900n, services: 1, clients: 1 },
      { ...of, currency: 'EUR', amount_minor: 5000n, services: 2, clients: 2 },
    ]);
  });
});

describe('months are those of the business’s zone', () => {
  const monthsIn = async (zone: string): Promise<string[]> => {
    const spec = await ProjectionSpec.open(cohortRetention(zone));
    const rows = await spec.given(log.events).rows();
    await spec.close();
    return Object.keys(rows.retention_client?.[0]?.months as object);
  };

  test('an evening service in Denver at the end of a month is of that month, though UTC has begun the next', async () => {
    converted(ADA, '2023-09-12T18:00:00.000Z');
    serviced(ADA, 1, '2023-10-01T04:10:00.000Z');
    expect(await monthsIn('America/Denver')).toEqual(['2023-09']);
    expect(await monthsIn('UTC')).toEqual(['2023-10']);
  });

  test('on the night the clocks change, the hour that begins a month is judged by the offset that then holds', async () => {
    // Berlin puts its clocks forward on Sunday 31 March 2019; 22:30 in UTC is 00:30 there, on Monday 1 April.
    converted(ADA, '2019-03-10T12:00:00.000Z');
    serviced(ADA, 1, '2019-03-31T22:30:00.000Z');
    expect(await monthsIn('Europe/Berlin')).toEqual(['2019-04']);
    expect(await monthsIn('UTC')).toEqual(['2019-03']);
  });
});
