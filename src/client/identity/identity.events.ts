import type { Personal } from '../../event-store/forgotten.js';
import { defineEvent, type EventOf } from '../../event-store/event-definition.js';
import { InstantField, OneOf, Text, Uuid } from '../../schema/fields.js';
import type { Instant } from '../../schema/instant.js';
import { PooledLifeField, type PooledLife } from './pooled-life.js';

export class Closure {
  @OneOf(['moved_away', 'dissatisfied', 'price', 'competitor', 'no_longer_needed', 'deceased', 'other'], {
    about: 'why the relationship ends',
  })
  reason!: string;

  @Text({ about: 'more on it', optional: true, personal: true, max: 2_000 })
  remarks?: Personal;
}

export class Reopening {
  @Text({ about: 'why the client is back', optional: true, max: 500 })
  reason?: string;
}

export class MergedInto {
  @Uuid({ about: 'the client that lives on' })
  survivorId!: string;

  @Text({ about: 'why the two are held to be one', optional: true, max: 500 })
  reason?: string;
}

/** What the survivor takes over. The absorbed client records nothing more, so this cannot go out of date. */
export class Absorption {
  @Uuid({ about: 'the client absorbed' })
  absorbedId!: string;

  @InstantField({ about: 'when the absorbed client had converted' })
  convertedAt!: Instant;

  @PooledLifeField({ about: 'what counts of its life, as it stood' })
  life!: PooledLife;
}

/** Recorded on both: on the survivor, which lets go, and on the restored client. */
export class Unmerge {
  @OneOf(['survivor', 'restored'], { about: 'which of the two this stream is' })
  side!: 'survivor' | 'restored';

  @Uuid({ about: 'the other one' })
  otherId!: string;

  @PooledLifeField({ about: 'what goes (back) to the restored client, as it stands' })
  life!: PooledLife;

  @Text({ about: 'why they are two after all', optional: true, max: 500 })
  reason?: string;
}

export class Erasure {
  @Text({ about: 'what the erasure rests on', optional: true, max: 200, example: 'request of 2026-03-01' })
  basis?: string;
}

export const ClientClosed = defineEvent({
  type: 'ClientClosed',
  version: 1,
  meaning: 'The relationship ended by decision.',
  data: Closure,
});
export const ClientReopened = defineEvent({
  type: 'ClientReopened',
  version: 1,
  meaning: 'A closed client is served again.',
  data: Reopening,
});
export const ClientMergedInto = defineEvent({
  type: 'ClientMergedInto',
  version: 1,
  meaning: 'The client turned out to be another one; what comes later is recorded there.',
  data: MergedInto,
});
export const ClientAbsorbed = defineEvent({
  type: 'ClientAbsorbed',
  version: 1,
  meaning: 'Another client turned out to be this one; its life is pooled with this one’s.',
  data: Absorption,
});
export const ClientUnmerged = defineEvent({
  type: 'ClientUnmerged',
  version: 1,
  meaning: 'Two clients that were merged are two again.',
  data: Unmerge,
});
export const ClientErased = defineEvent({
  type: 'ClientErased',
  version: 1,
  meaning: 'The person was forgotten: what was personal can no longer be read by anybody.',
  data: Erasure,
});

export const identityEvents = {
  ClientClosed,
  ClientReopened,
  ClientMergedInto,
  ClientAbsorbed,
  ClientUnmerged,
  ClientErased,
} as const;
export type IdentityEvent = EventOf<(typeof identityEvents)[keyof typeof identityEvents]>;
