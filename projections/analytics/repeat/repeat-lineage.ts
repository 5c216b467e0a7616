import type { Await } from '../../../src/http/await-position.js';
import { OneOf, Text } from '../../../src/schema/fields.js';
import { QueryInteger } from '../../../src/schema/query-fields.js';
import { PeriodParameters } from '../analytics.parameters.js';
import { inGroup, lineageOf, openFigure, strayGroup } from '../lineage.js';
import { isPeriod } from '../period-calendar.js';
import { inView } from '../period-rows.js';
import type { Reports } from '../reports.js';
import { repeatSaid, WITHIN } from './repeat.query.js';
import { visitTables } from './repeat.sql.js';

const FIGURES = ['clients', 'repeat', 'eligible', 'repeatWithin'] as const;

/** Which figure of which row. */
export class RepeatFigureParameters extends lineageOf(PeriodParameters) {
  @Text({ about: 'the row’s cohort; all of them unless told', optional: true, max: 10, example: '2024-01' })
  cohort?: string;

  @OneOf(FIGURES, {
    about:
      'clients and repeat are denominator and numerator of the repeat rate; eligible and repeatWithin those of the rate within so many `days`',
  })
  figure!: (typeof FIGURES)[number];

  @QueryInteger({
    about: 'for eligible and repeatWithin: within how many days',
    min: 30,
    max: 365,
    optional: true,
  })
  days?: number;
}

/**
 * The clients behind a figure of the repeat report, each with its first two visits.
 * @throws Problem 400 for what is no cohort, and for days that the report does not have
 */
export const repeatClients = (
  reports: Reports,
  parameters: RepeatFigureParameters,
  wait: Await | undefined,
) => {
  const { cohort, figure, days, group, grain } = parameters;
  const within = figure === 'eligible' || figure === 'repeatWithin';
  return openFigure(
    reports,
    parameters,
    wait,
    (frame) => {
      const { definition, params } = repeatSaid(parameters, frame);
      return {
        definition: `The clients behind ${figure}${days === undefined ? '' : ` within ${days} days`} of ${cohort ?? 'all cohorts'}. ${definition}`,
        params: { ...params, cohort, figure, days, group },
      };
    },
    async (sql, frame) => {
      const { facts, tables, periods } = await visitTables(sql, parameters, frame);
      const shown = periods.flatMap((period, index) =>
        inView(period, frame) && (cohort === undefined || cohort === period) ? [index + 1] : [],
      );
      const elapsed = () => `first_at + make_interval(secs => ${facts.bind(days)}::int * 86400.0) <= $1`;
      const which = {
        clients: () => 'TRUE',
        repeat: () => 'days IS NOT NULL',
        eligible: elapsed,
        repeatWithin: () => `${elapsed()} AND days <= ${facts.bind(days)}::int`,
      }[figure]();
      const rows = `SELECT client_id, first_at AS at, event_ids FROM came
        WHERE ${inGroup(parameters, facts)} AND first_period = ANY(${facts.bind(shown)}::int[]) AND ${which}`;
      return { facts, with: tables, rows };
    },
    [
      ...strayGroup(parameters),
      ...(cohort !== undefined && !isPeriod(cohort, grain)
        ? [{ path: 'cohort', message: `must be a ${grain} as the report names it` }]
        : []),
      ...(within === (WITHIN as readonly (number | undefined)[]).includes(days)
        ? []
        : [
            {
              path: 'days',
              message: within
                ? `must be one of ${WITHIN.join(', ')}`
                : `belongs to eligible and repeatWithin; leave it out`,
            },
          ]),
    ],
  );
};
