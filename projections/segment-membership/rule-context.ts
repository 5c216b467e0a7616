import { periodCalendar } from '../analytics/period-calendar.js';
import { localDays } from '../local-day.js';
import type { RfmCuts } from './rules/rfm-cuts.js';
import type { RuleContext } from './rules/stays.js';

/**
 * @param timeZone the business's zone (IANA name)
 * @param rfmCuts every cut there was, by time
 */
export const ruleContext = (timeZone: string, rfmCuts: readonly RfmCuts[] = []): RuleContext => ({
  dayOf: localDays(timeZone),
  startOfDay: periodCalendar(timeZone, 'day').startOfDay,
  rfmCuts,
});
