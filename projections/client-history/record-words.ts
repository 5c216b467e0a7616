import { after, inBrackets, sentence, spaced } from './sentences.js';
import type { Vocabulary } from './vocabulary.js';

/** The words of the record, of contact, and of who the client is. */
export const recordWords = {
  ClientDetailsChanged: ({ source, clientType, trade }) =>
    after('Details changed', sentence(clientType, trade, source && `came from ${source}`)),
  OwnerAssigned: ({ owner }) => `Looked after by ${owner} from now on`,
  TagAdded: ({ tag }) => `Tagged ${tag}`,
  TagRemoved: ({ tag }) => `Tag ${tag} taken off`,
  NoteAdded: () => 'Note added',
  NoteAmended: () => 'Note written anew',
  PreferenceSet: ({ key }) => `Preference recorded: ${spaced(key)}`,
  PreferenceCleared: ({ key }) => `Preference no longer holds: ${spaced(key)}`,
  CommunicationPreferenceChanged: ({ channel, kind, granted }) =>
    `${granted ? 'May' : 'May not'} be contacted by ${spaced(channel)}${kind === 'any' ? '' : ` for ${spaced(kind)}`}`,
  PropertyAdded: ({ label, kind, size }) => after('Site added', sentence(label, kind, size)),
  PropertyChanged: ({ label }) => after('Site changed', sentence(label)),
  AccessNoteRecorded: () => 'How to get in was written down',
  AccessNoteViewed: () => 'How to get in was looked up',
  EquipmentInstalled: ({ kind, make, model, installedOn }) =>
    `Equipment: ${[make, model].filter(Boolean).join(' ') || kind}${inBrackets((make ?? model) && kind, installedOn && `installed ${installedOn}`)}`,
  EquipmentRetired: ({ reason }) => after('Equipment retired', sentence(reason)),
  WarrantyRecorded: ({ until, provider }) => `Warranty until ${until}${provider ? ` by ${provider}` : ''}`,
  ContactLinked: ({ role }) => `Contact added${inBrackets(role)}`,
  ContactUnlinked: () => 'Contact taken off',
  CommunicationSent: ({ channel, kind }) => `Contacted by ${spaced(channel)} (${spaced(kind)})`,
  CommunicationReceived: ({ channel, kind }) => `Got in touch by ${spaced(channel)} (${spaced(kind)})`,
  ReactivationAttempted: ({ channel, offer, campaign }) =>
    after(`Win-back attempted by ${spaced(channel)}`, sentence(offer, campaign && `campaign ${campaign}`)),
  FeedbackReceived: ({ instrument, score }) => `Feedback: ${score} (${instrument})`,
  ClientClosed: ({ reason }) => `Closed: ${spaced(reason)}`,
  ClientReopened: ({ reason }) => after('Reopened', sentence(reason)),
  ClientMergedInto: ({ reason }) => after('Merged into another client', sentence(reason)),
  ClientAbsorbed: ({ life }) => {
    const { length } = life.services;
    return `Another client was merged into this one, with ${length === 1 ? '1 service' : `${length} services`}`;
  },
  ClientUnmerged: ({ side, reason }) =>
    after(
      side === 'survivor'
        ? 'A client merged into this one was parted from it'
        : 'Parted from the client it was merged into',
      sentence(reason),
    ),
  ClientErased: ({ basis }) => `Forgotten${inBrackets(basis)}`,
} satisfies Vocabulary;
