import type { Await } from '../../../src/http/await-position.js';
import { Problem, type FieldError } from '../../../src/http/problem.js';
import { Currency, InstantField } from '../../../src/schema/fields.js';
import { QueryInteger } from '../../../src/schema/query-fields.js';
import type { Instant } from '../../../src/schema/instant.js';
import { OmitType } from '@nestjs/swagger';
import { ClientParameters } from '../analytics.parameters.js';
import { dayNumbers } from '../day-numbers.js';
import { groupingSaid } from '../grouping-words.js';
import { heldFacts } from '../held.js';
import { clientFilters, type Frame, type Reports, type Said } from '../reports.js';
import type { Sql } from '../sql.js';
import { fitBgNbd } from './bg-nbd.js';
import { fitGammaGamma } from './gamma-gamma.js';
import { correlationOf, holdoutOf, mostValuable, type History } from './lifetime-value.js';

export class PredictionParameters extends OmitType(ClientParameters, ['groupBy']) {
  @InstantField({
    about:
      'the models are fitted to what happened before it, and held against what came after; two thirds of the history unless told',
    optional: true,
  })
  calibrationEnd?: Instant;

  @QueryInteger({ about: 'how many months of 4.345 weeks are foretold', min: 1, max: 120, optional: true })
  months: number = 12;

  @QueryInteger({ about: 'discount a year, in percent', min: 0, max: 100, optional: true })
  discountPercent: number = 10;

  @Currency({ about: 'in which spend is counted; the one most services have unless told', optional: true })
  currency?: string;

  @QueryInteger({ about: 'so many clients, those worth most', min: 1, max: 200, optional: true })
  limit: number = 50;
}

/** Fewer clients with a second visit say too little (definitions §8). */
const FEWEST_REPEAT_CLIENTS = 200;

/**
 * Who still comes, how often, and what that is worth.
 * @throws Problem 409 for too few clients with a second visit; 400 for parameters that contradict each other
 */
export const prediction = (reports: Reports, parameters: PredictionParameters, wait: Await | undefined) =>
  reports.answer(
    parameters,
    wait,
    (frame) => predictionSaid(parameters, frame),
    async (sql, frame) => {
      const { histories, calibrationEnd, currency } = await readHistories(sql, parameters, frame);
      const repeatClients = histories.filter(({ before }) => before !== null && before.x > 0).length;
      if (repeatClients < FEWEST_REPEAT_CLIENTS)
        throw Problem.illegalState(
          `${repeatClients} clients came again before ${calibrationEnd}; below ${FEWEST_REPEAT_CLIENTS} nothing can be foretold`,
          { rule: 'enough-repeat-clients' },
        );
      const calibration = histories.flatMap(({ before }) =>
        before === null ? [] : [{ ...before, clients: 1 }],
      );
      const bgNbd = await fitBgNbd(calibration);
      const spent = histories.flatMap(({ before, meanBefore }) =>
        before === null || before.x === 0 || meanBefore === null || meanBefore <= 0
          ? []
          : [{ x: before.x, mean: meanBefore, clients: 1 }],
      );
      const spend =
        spent.length < FEWEST_REPEAT_CLIENTS || currency === null ? null : await fitGammaGamma(spent);
      const { months, discountPercent, limit } = parameters;
      return {
        ...{ clients: calibration.length, repeatClients, calibrationEnd, bgNbd },
        gammaGamma:
          spend && currency !== null ? { ...spend, correlation: correlationOf(spent), currency } : null,
        holdout: holdoutOf(bgNbd, histories),
        rows: mostValuable(bgNbd, spend, histories, { months, discountPercent, limit }),
      };
    },
    faultsOf(parameters),
  );

const faultsOf = ({ calibrationEnd, asOf }: PredictionParameters): FieldError[] =>
  calibrationEnd !== undefined && asOf !== undefined && calibrationEnd >= asOf
    ? [
        {
          path: 'calibrationEnd',
          message: `must lie before asOf (${asOf}): what comes between is the holdout`,
        },
      ]
    : [];

function predictionSaid(parameters: PredictionParameters, { calendar }: Frame): Said {
  const { calibrationEnd, months, discountPercent, currency, limit } = parameters;
  return {
    definition: [
      `BG/NBD and Gamma-Gamma by maximum likelihood, from visits (distinct days in ${calendar.zone}) before calibrationEnd; time in weeks.`,
      'The holdout shows what the model expected between calibrationEnd and asOf, beside what came.',
      `Clients are foretold from all their visits before asOf, for ${months} months of 4.345 weeks, at a discount of ${discountPercent} % a year.`,
      'Of a client with one visit the model cannot tell whether it still comes: its chance is not estimable. Histories that begin after the client did mislead it.',
      ...groupingSaid(clientFilters(parameters)),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { calibrationEnd, months, discountPercent, currency, limit, ...clientFilters(parameters) },
  };
}

interface VisitRow {
  readonly client_id: string;
  /** numbers of the days on which it was serviced, and what it brought on each in the currency */
  readonly days: readonly number[];
  readonly amounts: readonly string[];
}

async function readHistories(
  sql: Sql,
  parameters: PredictionParameters,
  frame: Frame,
): Promise<{ histories: History[]; calibrationEnd: Instant; currency: string | null }> {
  const { asOf, knownAt } = frame;
  const facts = () => heldFacts({ ...clientFilters(parameters), asOf, knownAt });
  const whole = facts();
  const [{ first, used }] = await sql.query<[{ first: Date | null; used: string | null }]>(
    `${whole.with} SELECT min(at) AS first, mode() WITHIN GROUP (ORDER BY currency) AS used FROM service`,
    whole.parameters,
  );
  const from = first === null ? Date.parse(asOf) : first.getTime();
  const twoThirds = new Date(from + ((Date.parse(asOf) - from) * 2) / 3).toISOString();
  const calibrationEnd = parameters.calibrationEnd ?? twoThirds;
  const currency = parameters.currency ?? used;
  const dated = facts();
  const day = await dayNumbers(sql, dated, frame);
  const rows = await sql.query<VisitRow[]>(
    `${dated.with} SELECT client_id, array_agg(day ORDER BY day) AS days, array_agg(amount ORDER BY day) AS amounts
     FROM (SELECT client_id, ${day.of('at')} AS day, coalesce(sum(amount_minor) FILTER (WHERE currency = ${dated.bind(currency)}), 0) AS amount
           FROM service GROUP BY 1, 2) AS visit GROUP BY client_id`,
    dated.parameters,
  );
  const end = calibrationEnd < asOf ? await dayNumberOf(sql, calibrationEnd, frame) : day.asOf;
  return { histories: rows.map((row) => historyOf(row, end, day.asOf)), calibrationEnd, currency };
}

async function dayNumberOf(sql: Sql, at: Instant, frame: Frame): Promise<number> {
  const facts = heldFacts({ asOf: frame.asOf, knownAt: null });
  const day = await dayNumbers(sql, facts, frame);
  const [{ number }] = await sql.query<[{ number: number }]>(
    `SELECT ${day.of(`${facts.bind(at)}::timestamptz`)} AS number WHERE $1::timestamptz IS NOT NULL`,
    facts.parameters,
  );
  return number;
}

const WEEK = 7;

/** @param end number of the day with which the holdout begins. @param now number of the last day */
function historyOf({ client_id, days, amounts }: VisitRow, end: number, now: number): History {
  const first = days[0] as number;
  const upTo = (to: number, until: number) => {
    const visits = days.filter((day) => day < until);
    const last = visits.at(-1) ?? first;
    return { x: visits.length - 1, tx: (last - first) / WEEK, T: (to - first) / WEEK };
  };
  const meanOf = (until: number): number | null => {
    const repeated = amounts.filter((_, index) => index > 0 && (days[index] as number) < until).map(Number);
    return repeated.length === 0 ? null : repeated.reduce((sum, one) => sum + one, 0) / repeated.length;
  };
  const before = first < end ? upTo(end - 1, end) : null;
  return {
    clientId: client_id,
    before,
    meanBefore: meanOf(end),
    whole: upTo(now, now + 1),
    mean: meanOf(now + 1),
    heldOut: { visits: days.filter((day) => day >= end).length, weeks: (now - end + 1) / WEEK },
  };
}
