import type { Instrument } from '../../src/client/contact/contact.events.js';
import type { Rating, Risk } from '../at-risk.js';
import { days } from '../client-history/sentences.js';

const SCALES: Readonly<Record<Instrument, string>> = {
  stars: 'of 5 stars',
  csat: 'of 5 for satisfaction',
  nps: 'of 10 for recommending us',
};

/** @returns a rating as people say it, such as `4 of 5 stars` */
export const ratingInWords = ({ instrument, score }: Pick<Rating, 'instrument' | 'score'>): string =>
  `${score} ${SCALES[instrument]}`;

/** @returns why a client may be about to be lost, in words and with figures */
export function riskInWords(risk: Risk): string {
  switch (risk.kind) {
    case 'quiet':
      return `quiet for ${days(risk.days)}, where four of five gaps were at most ${days(Math.round(risk.usualDays))}`;
    case 'open_complaint':
      return risk.count === 1 ? 'a complaint is open' : `${risk.count} complaints are open`;
    case 'low_rating':
      return `last gave ${ratingInWords(risk.rating)}`;
  }
}
