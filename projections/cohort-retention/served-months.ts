import type { Period as Month } from '../analytics/period-calendar.js';
import type { RetentionClient, ServedMonth } from './cohort-retention.tables.js';
import type { CountedService, Movement } from '../analytics/facts/service-movements.js';

type Months = RetentionClient['months'];

/** @returns a client's months after some of its services count no more and others do; months without services are none */
export function afterMovement(
  months: Months,
  { withdrawn, counted }: Movement,
  monthOf: (at: string) => Month,
): Months {
  const after: Record<Month, ServedMonth> = { ...months };
  const move = (services: readonly CountedService[], sign: 1 | -1) => {
    for (const service of services) {
      const month = monthOf(service.at);
      const served = moved(after[month], service, sign);
      if (served.services === 0) delete after[month];
      else after[month] = served;
    }
  };
  move(withdrawn, -1);
  move(counted, 1);
  return after;
}

/** @throws Error if a service is taken from a month that has none like it: the log is not whole then */
function moved(
  month: ServedMonth = { services: 0, amounts: {} },
  { serviceId, amountMinor, currency }: CountedService,
  sign: 1 | -1,
): ServedMonth {
  const services = month.services + sign;
  const { [currency ?? '']: sum = { minor: 0, services: 0 }, ...others } = month.amounts;
  const unpriced = amountMinor === undefined || currency === undefined;
  const amount = unpriced ? sum : { minor: sum.minor + sign * amountMinor, services: sum.services + sign };
  if (services < 0 || amount.services < 0) throw new Error(`service ${serviceId} was never counted`);
  if (unpriced) return { ...month, services };
  return { services, amounts: amount.services === 0 ? others : { ...others, [currency]: amount } };
}

/** @returns the first month with a service; null if there is none */
export const firstMonthIn = (months: Months): Month | null =>
  Object.keys(months).reduce<Month | null>(
    (first, month) => (first === null || month < first ? month : first),
    null,
  );
