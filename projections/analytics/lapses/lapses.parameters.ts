import { PeriodParameters } from '../analytics.parameters.js';
import { Tie, WindowDays, type TieRule } from '../lapse-rule.js';

export class LapsesParameters extends PeriodParameters {
  @WindowDays()
  windowDays?: number;

  @Tie()
  tieRule?: TieRule;
}
