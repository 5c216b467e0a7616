import { Map as ImmutableMap, Set as ImmutableSet } from 'immutable';
import type { ClientCommandOf } from '../client-command.js';
import { slice } from '../slice.js';
import type { ClearedPreference, CommunicationPreference, Preference } from './preference.events.js';

export type SetPreference = ClientCommandOf<'SetPreference', Preference>;
export type ClearPreference = ClientCommandOf<'ClearPreference', ClearedPreference>;
export type ChangeCommunicationPreference = ClientCommandOf<
  'ChangeCommunicationPreference',
  CommunicationPreference
>;

export interface Preferences {
  /** which are set; what they say is personal */
  readonly keys: ImmutableSet<string>;
  /** what was agreed to and what not, by channel and kind */
  readonly consent: ImmutableMap<string, boolean>;
}

const consentKey = ({ channel, kind }: CommunicationPreference): string => `${channel}/${kind}`;

const noPreferences: Preferences = { keys: ImmutableSet<string>(), consent: ImmutableMap<string, boolean>() };

export const preferenceSlice = slice<SetPreference | ClearPreference | ChangeCommunicationPreference>()({
  initial: noPreferences,
  evolve: {
    PreferenceSet: (all, { data }) => ({ ...all, keys: all.keys.add(data.key) }),
    PreferenceCleared: (all, { data }) => ({ ...all, keys: all.keys.delete(data.key) }),
    CommunicationPreferenceChanged: (all, { data }) => ({
      ...all,
      consent: all.consent.set(consentKey(data), data.granted),
    }),
  },
  decide: {
    SetPreference: (_all, { data, at }) => [{ type: 'PreferenceSet', data, occurredAt: at }],
    ClearPreference: ({ keys }, { data, at }) =>
      keys.has(data.key) ? [{ type: 'PreferenceCleared', data, occurredAt: at }] : [],
    ChangeCommunicationPreference: ({ consent }, { data, at }) =>
      consent.get(consentKey(data)) === data.granted
        ? []
        : [{ type: 'CommunicationPreferenceChanged', data, occurredAt: at }],
  },
});
