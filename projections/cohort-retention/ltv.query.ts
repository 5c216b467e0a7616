import { ApiProperty } from '@nestjs/swagger';
import type { Await } from '../../src/http/await-position.js';
import { Currency, OneOf, Text } from '../../src/schema/fields.js';
import { QueryInteger } from '../../src/schema/query-fields.js';
import { count, GroupRow, instant, Ratio, ratio, ReportMeta } from '../analytics/analytics.answer.js';
import { PeriodParameters } from '../analytics/analytics.parameters.js';
import { groupingSaid } from '../analytics/grouping-words.js';
import { lineageOf, openFigure, strayGroup } from '../analytics/lineage.js';
import { isPeriod } from '../analytics/period-calendar.js';
import { clientFilters, type Frame, type Reports, type Said } from '../analytics/reports.js';
import { behindCell } from './cell-lineage.js';
import { ANCHORS, type Anchor } from './cohort-retention.tables.js';
import type { RevenueCohort } from './retention.answer.js';
import { RetentionParameters } from './retention.parameters.js';
import { retentionFigures, retentionOf } from './retention.query.js';

export class LtvParameters extends PeriodParameters {
  @OneOf(ANCHORS, {
    about: 'what places a client in a cohort: its conversion, or its first service',
    optional: true,
  })
  anchor: Anchor = 'converted';
}

export class LtvFigureParameters extends lineageOf(LtvParameters) {
  @Text({ about: 'the row’s cohort', max: 10, example: '2024-01' })
  cohort!: string;

  @Currency({ about: 'the row’s currency' })
  currency!: string;

  @QueryInteger({
    about: 'up to this k, itself included; all so far unless told',
    min: 0,
    max: 1200,
    optional: true,
  })
  k?: number;
}

class LtvStep {
  @ApiProperty(count('periods since the cohort’s own'))
  k!: number;

  @ApiProperty(count('what the cohort brought up to and with this period, in minor units'))
  cumulativeMinor!: number;

  @ApiProperty({ type: 'number', nullable: true, description: 'that per client of the cohort, payer or not' })
  perClientMinor!: number | null;

  @ApiProperty({ description: 'the period had ended by asOf' })
  complete!: boolean;
}

export class LtvRow extends GroupRow {
  @ApiProperty({ description: 'the period that the cohort’s clients have in common', example: '2024-01' })
  cohort!: string;

  @ApiProperty(instant('first instant of the cohort’s period'))
  start!: string;

  @ApiProperty(instant('first instant after it'))
  end!: string;

  @ApiProperty(count('clients of the cohort'))
  size!: number;

  @ApiProperty({ description: 'ISO 4217; currencies are never added up', example: 'EUR' })
  currency!: string;

  @ApiProperty({
    type: Ratio,
    description: 'lifetime value to date: minor units so far per client, payer or not',
  })
  ltv!: Ratio;

  @ApiProperty({ type: [LtvStep], description: 'how it grew' })
  steps!: LtvStep[];
}

export class LtvReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({ type: [LtvRow] })
  rows!: LtvRow[];
}

/** The report of retention that lifetime value is read from. */
const asRetention = (parameters: LtvParameters, more: Partial<RetentionParameters>): RetentionParameters =>
  Object.assign(new RetentionParameters(), parameters, { measure: 'revenue', ...more });

/**
 * Lifetime value to date of each cohort, per client.
 * @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out
 */
export const ltv = (reports: Reports, parameters: LtvParameters, wait: Await | undefined) =>
  reports.answer(
    parameters,
    wait,
    (frame) => ltvSaid(parameters, frame),
    async (sql, frame) => {
      const asked = asRetention(parameters, { mode: 'bounded' });
      const { cohorts } = retentionOf(await retentionFigures(sql, asked, frame, reports), asked, frame);
      return { rows: (cohorts as RevenueCohort[]).map(rowOf) };
    },
  );

function rowOf({ cells, servicesBeforeConversion: _before, ...cohort }: RevenueCohort): LtvRow {
  const steps = cells.map(({ k, cumulativeMinor, cumulativeMinorPerClient, complete }) => ({
    ...{ k, cumulativeMinor, perClientMinor: cumulativeMinorPerClient, complete },
  }));
  return { ...cohort, ltv: ratio(steps.at(-1)?.cumulativeMinor ?? 0, cohort.size), steps };
}

/** The clients of a cohort who brought something in a currency, each with the services that did. */
export const ltvClients = (reports: Reports, parameters: LtvFigureParameters, wait: Await | undefined) => {
  const { cohort, currency, k, group, grain } = parameters;
  return openFigure(
    reports,
    parameters,
    wait,
    (frame) => {
      const { definition, params } = ltvSaid(parameters, frame);
      return {
        definition: `The clients behind the value of cohort ${cohort} in ${currency}. ${definition}`,
        params: { ...params, cohort, currency, k, group },
      };
    },
    (sql, frame) => {
      const last = k ?? Math.max(0, frame.calendar.between(cohort, frame.calendar.periodOf(frame.asOf)));
      const cell = {
        cohort,
        currency,
        k: 0,
        of: 'numerator',
        ...(group === undefined ? {} : { group }),
      } as const;
      const asked = asRetention(parameters, { mode: 'bracket', brackets: `0-${last}` });
      return behindCell(sql, { ...asked, ...cell }, frame);
    },
    [
      ...strayGroup(parameters),
      ...(isPeriod(cohort, grain)
        ? []
        : [{ path: 'cohort', message: `must be a ${grain} as the report names it` }]),
    ],
  );
};

function ltvSaid(parameters: LtvParameters, { calendar }: Frame): Said {
  const { grain, anchor } = parameters;
  return {
    definition: [
      `What the services of a cohort brought from its own ${grain} on, over all its clients, payers or not; each currency by itself, refunds not taken off.`,
      `A client is in the cohort of the ${grain}, of the calendar in ${calendar.zone}, in which it ${anchor === 'converted' ? 'converted' : 'was first serviced'}.`,
      ...groupingSaid(parameters),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { grain, anchor, ...clientFilters(parameters) },
  };
}
