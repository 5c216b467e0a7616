import type { Personal } from '../../event-store/forgotten.js';
import { defineEvent } from '../../event-store/event-definition.js';
import { OneOf, Text, Uuid } from '../../schema/fields.js';

/** A site that is served. */
export class PropertyDetails {
  @Text({ about: 'what the business calls it', optional: true, max: 120, example: 'cottage' })
  label?: string;

  @Text({ about: 'postal address', optional: true, personal: true, max: 500 })
  address?: Personal;

  @OneOf(['house', 'flat', 'office', 'shop', 'industrial', 'other'], {
    about: 'kind of site',
    optional: true,
  })
  kind?: string;

  @Text({ about: 'how large it is, in the business’s own words', optional: true, max: 80, example: '120 m²' })
  size?: string;

  @Text({ about: 'what to know on site', optional: true, personal: true, max: 5_000 })
  instructions?: Personal;
}

export class Property extends PropertyDetails {
  @Uuid({ about: 'id of the property' })
  propertyId!: string;
}

export class AccessNoteText {
  @Text({ about: 'how to get in: keys, codes, alarms; secret', personal: true, max: 2_000 })
  note!: Personal;
}

export class AccessNote extends AccessNoteText {
  @Uuid({ about: 'the property it opens' })
  propertyId!: string;
}

export class AccessNoteLook {
  @Uuid({ about: 'the property whose note was shown' })
  propertyId!: string;
}

export const PropertyAdded = defineEvent({
  type: 'PropertyAdded',
  version: 1,
  meaning: 'A site of the client is known.',
  data: Property,
});
export const PropertyChanged = defineEvent({
  type: 'PropertyChanged',
  version: 1,
  meaning: 'What is known of a site changed; what is left out stayed as it was.',
  data: Property,
});
export const AccessNoteRecorded = defineEvent({
  type: 'AccessNoteRecorded',
  version: 1,
  meaning: 'How to get into a site was written down; the note before no longer holds.',
  data: AccessNote,
});

export const AccessNoteViewed = defineEvent({
  type: 'AccessNoteViewed',
  version: 1,
  meaning: 'Somebody of the staff was shown how to get into a site.',
  data: AccessNoteLook,
});

export const propertyEvents = {
  PropertyAdded,
  PropertyChanged,
  AccessNoteRecorded,
  AccessNoteViewed,
} as const;
