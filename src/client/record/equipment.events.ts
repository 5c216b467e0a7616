import { defineEvent } from '../../event-store/event-definition.js';
import { Text, Uuid } from '../../schema/fields.js';
import { Day } from '../../schema/value-fields.js';

/** A machine or installation that we look after. */
export class EquipmentDetails {
  @Text({ about: 'what it is', max: 120, example: 'heat pump' })
  kind!: string;

  @Text({ about: 'who made it', optional: true, max: 120 })
  make?: string;

  @Text({ about: 'model', optional: true, max: 120 })
  model?: string;

  @Text({ about: 'serial number', optional: true, max: 120 })
  serialNumber?: string;

  @Day({ about: 'the day on which it was put in', optional: true })
  installedOn?: string;

  @Uuid({ about: 'the property where it is', optional: true })
  propertyId?: string;
}

export class Equipment extends EquipmentDetails {
  @Uuid({ about: 'id of the equipment' })
  equipmentId!: string;
}

export class RetirementDetails {
  @Text({ about: 'why', optional: true, max: 500, example: 'replaced' })
  reason?: string;
}

export class Retirement extends RetirementDetails {
  @Uuid({ about: 'the equipment that is no longer there' })
  equipmentId!: string;
}

export class WarrantyDetails {
  @Day({ about: 'the last day on which it holds' })
  until!: string;

  @Text({ about: 'who gives it', optional: true, max: 120 })
  provider?: string;

  @Text({ about: 'what it covers', optional: true, max: 2_000 })
  terms?: string;
}

export class Warranty extends WarrantyDetails {
  @Uuid({ about: 'the equipment that it is for' })
  equipmentId!: string;
}

export const EquipmentInstalled = defineEvent({
  type: 'EquipmentInstalled',
  version: 1,
  meaning: 'The client has a machine or installation that we look after.',
  data: Equipment,
});
export const EquipmentRetired = defineEvent({
  type: 'EquipmentRetired',
  version: 1,
  meaning: 'A machine or installation is no longer there.',
  data: Retirement,
});
export const WarrantyRecorded = defineEvent({
  type: 'WarrantyRecorded',
  version: 1,
  meaning: 'A machine or installation is under warranty until a day.',
  data: Warranty,
});

export const equipmentEvents = { EquipmentInstalled, EquipmentRetired, WarrantyRecorded } as const;
