import { instantAt, type Instant } from '../../../src/schema/instant.js';
import type { LifeFacts } from './life-facts.js';
import { frequencyScore, monetaryScore, recencyScore, type RfmCuts } from './rfm-cuts.js';
import { combined, stepsOf, type LifeSpan, type Steps } from './steps.js';
import { counting, distinct, summing, tallied } from './tally.js';

const cutsOf = (facts: LifeFacts): Steps<RfmCuts | null> =>
  facts.once('cuts', () =>
    stepsOf<RfmCuts | null>(
      facts.span as LifeSpan,
      null,
      facts.context.rfmCuts.map((cuts) => ({ at: Date.parse(cuts.at), value: cuts, by: cuts.eventId })),
    ),
  );

export const recencyOver = (facts: LifeFacts): Steps<number | null> =>
  facts.once('recency', () => {
    const changes = facts.services.map(({ from: at, by }) => ({ at, by, value: instantAt(at) }));
    const lastVisit = stepsOf<Instant | null>(facts.span as LifeSpan, null, changes);
    return combined(cutsOf(facts), lastVisit, (cuts, at) =>
      cuts !== null && at !== null ? recencyScore(cuts, at) : null,
    );
  });

export const frequencyOver = (facts: LifeFacts): Steps<number | null> =>
  facts.once('frequency', () => {
    const visits = stepsOf(facts.span as LifeSpan, 0, tallied(facts.visits, distinct()));
    return combined(cutsOf(facts), visits, (cuts, count) =>
      cuts && count > 0 ? frequencyScore(cuts, count) : null,
    );
  });

export const monetaryOver = (facts: LifeFacts, currency: string): Steps<number | null> =>
  facts.once(`monetary/${currency}`, () => {
    const span = facts.span as LifeSpan;
    const spent = stepsOf(span, 0, tallied(facts.amounts(currency), summing()));
    const visited = facts.once('visited', () => stepsOf(span, 0, tallied(facts.services, counting())));
    const amount = combined(visited, spent, (count, sum) => (count > 0 ? sum : null));
    return combined(cutsOf(facts), amount, (cuts, sum) =>
      cuts && sum !== null ? monetaryScore(cuts, currency, sum) : null,
    );
  });
