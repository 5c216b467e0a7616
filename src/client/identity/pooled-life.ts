import { ValidateBy } from 'class-validator';
import { field, type FieldOptions } from '../../schema/fields.js';
import type { LapseMark, ServiceMark } from '../lifecycle/lifecycle.marks.js';

/** Things of a client by id (complaints, bookings, invoices …), as a slice remembers them: plain JSON, nothing personal. */
export type Items = Readonly<Record<string, object>>;

/**
 * What passes from one client to another when they are merged, or back when they are not one after all: what counts, as
 * it stands at that moment. The facts themselves stay where they were recorded.
 */
export interface PooledLife {
  readonly services: readonly ServiceMark[];
  readonly lapses: readonly LapseMark[];
  /** by the name of the slice */
  readonly items: Readonly<Record<string, Items>>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPooledLife = (value: unknown): boolean =>
  isObject(value) &&
  Array.isArray(value.services) &&
  Array.isArray(value.lapses) &&
  isObject(value.items) &&
  Object.values(value.items).every(isObject);

const EXAMPLE: PooledLife = {
  services: [{ serviceId: '6f1c2d2e-1111-4222-8333-444455556666', at: '2024-01-02T09:00:00.000Z' }],
  lapses: [],
  items: { complaints: {} },
};

export const PooledLifeField = (options: FieldOptions) =>
  field('pooled life', { example: EXAMPLE, ...options }, { type: 'object' }, [
    ValidateBy({
      name: 'isPooledLife',
      validator: {
        validate: isPooledLife,
        defaultMessage: (a) => `${a?.property} must hold services, lapses and items`,
      },
    }),
  ]);
