import { contactPersonEvents } from './contact-person.events.js';
import { detailsEvents } from './details.events.js';
import { equipmentEvents } from './equipment.events.js';
import { noteEvents } from './note.events.js';
import { preferenceEvents } from './preference.events.js';
import { propertyEvents } from './property.events.js';

/** The facts of a client's record. */
export const recordEvents = {
  ...detailsEvents,
  ...noteEvents,
  ...preferenceEvents,
  ...propertyEvents,
  ...equipmentEvents,
  ...contactPersonEvents,
} as const;
