import { ValidateBy } from 'class-validator';
import { defineEvent, type EventOf } from '../../event-store/event-definition.js';
import { field, WholeNumber, type FieldOptions } from '../../schema/fields.js';
import type { Instant } from '../../schema/instant.js';

/** For each measure the bounds of the scores 2 to 5, from below. Who exceeds the bound of a score has at least that score. */
export interface RfmBounds {
  /** the first instant after the day of a last visit: one at it or later exceeds the bound */
  readonly recency: readonly Instant[];
  /** visits */
  readonly frequency: readonly number[];
  /** minor units by currency; a client that spent nothing in it has 0 */
  readonly monetary: Readonly<Record<string, readonly number[]>>;
}

const four = (list: unknown, kind: 'number' | 'string'): boolean =>
  Array.isArray(list) && list.length === 4 && list.every((one) => typeof one === kind);

function isBounds(value: unknown): boolean {
  const { recency, frequency, monetary } = (value ?? {}) as Partial<RfmBounds>;
  return (
    four(recency, 'string') &&
    four(frequency, 'number') &&
    typeof monetary === 'object' &&
    Object.values(monetary).every((list) => four(list, 'number'))
  );
}

const EXAMPLE: RfmBounds = {
  recency: ['2026-01-03', '2026-02-14', '2026-03-22', '2026-05-01'].map((day) => `${day}T00:00:00.000Z`),
  frequency: [1, 1, 3, 6],
  monetary: { CAD: [0, 12_000, 31_500, 80_000] },
};

const Bounds = (options: FieldOptions) =>
  field('rfm bounds', { example: EXAMPLE, ...options }, { type: 'object' }, [
    ValidateBy({
      name: 'isRfmBounds',
      validator: {
        validate: isBounds,
        defaultMessage: (a) =>
          `${a?.property} must hold four bounds of recency, of frequency, and of each currency in monetary`,
      },
    }),
  ]);

export class RfmCutsData {
  @WholeNumber({ about: 'how many clients had had a service: N', min: 1, max: 1_000_000_000 })
  clients!: number;

  @Bounds({ about: 'the bounds of the scores 2 to 5, for each measure' })
  bounds!: RfmBounds;
}

export const RfmCutsTaken = defineEvent({
  type: 'RfmCutsTaken',
  version: 1,
  meaning: 'It was measured how the clients stand to each other; scores go by it until the next time.',
  data: RfmCutsData,
});

export const rfmEvents = { RfmCutsTaken } as const;
export type RfmEvent = EventOf<typeof RfmCutsTaken>;

/** There is one such stream. */
export const RFM_CUTS_STREAM = 'rfm-cuts';
