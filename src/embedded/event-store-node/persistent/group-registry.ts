import type { EventStore } from '../event-store.js';
import { compileFilter } from '../reading/event-filter.js';
import { groupDoesNotExist, groupExists } from './group-errors.js';
import { ALL, checkpointStream, groupKey, parkedStream, type GroupDefinition } from './group-settings.js';
import { lastNote, systemEvent, writeNote } from './log-notes.js';
import type { RequestedGroup } from './settings-message.js';
import { SubscriptionGroup } from './subscription-group.js';

const CONFIGURATION_STREAM = '$persistentSubscriptionConfig';
const CONFIGURATION_TYPE = '$PersistentConfig';

interface Configuration {
  groups: GroupDefinition[];
}

/** All persistent subscription groups of the node. Their definitions stand in the log; changes are made one by one. */
export class GroupRegistry {
  #groups = new Map<string, SubscriptionGroup>();
  #changing: Promise<unknown> = Promise.resolve();

  constructor(
    readonly store: EventStore,
    readonly log: (line: string) => void,
  ) {}

  /** Starts the groups that the log knows. */
  async start(): Promise<void> {
    const configuration = await lastNote<Configuration>(this.store, CONFIGURATION_STREAM);
    for (const definition of configuration?.groups ?? []) await this.#begin(definition);
  }

  async stop(): Promise<void> {
    await this.#changing;
    for (const group of this.#groups.values()) await group.stop();
    this.#groups.clear();
  }

  /** Stops all groups, dropping their consumers, and starts them again from what the log knows. */
  restart(): Promise<void> {
    return this.#exclusively(async () => {
      for (const group of this.#groups.values()) await group.stop();
      this.#groups.clear();
      await this.start();
    });
  }

  /** Throws persistent-subscription-does-not-exist. */
  get(named: { stream: string; group: string }): SubscriptionGroup {
    const group = this.#groups.get(groupKey(named));
    if (!group) throw groupDoesNotExist(named);
    return group;
  }

  /** All groups, or those of one stream. */
  list(stream?: string): SubscriptionGroup[] {
    return [...this.#groups.values()].filter(
      ({ definition }) => stream === undefined || definition.stream === stream,
    );
  }

  /** Throws persistent-subscription-exists. */
  create(requested: RequestedGroup): Promise<void> {
    return this.#exclusively(async () => {
      if (this.#groups.has(groupKey(requested))) throw groupExists(requested);
      if (requested.filter) compileFilter(requested.filter);
      const definition = { ...requested, beginBehind: await this.#behind(requested) };
      await this.#save([...this.list().map((group) => group.definition), definition]);
      await this.#begin(definition);
    });
  }

  /** Changes the settings; the filter, and how far the group is, stay. Its consumers are dropped. */
  update(requested: RequestedGroup): Promise<void> {
    return this.#exclusively(async () => {
      const group = this.get(requested);
      const { filter, startFrom } = group.definition;
      const isMoved = requested.startFrom !== startFrom;
      const beginBehind = isMoved ? await this.#behind(requested) : group.definition.beginBehind;
      const definition = { ...requested, beginBehind, ...(filter ? { filter } : {}) };
      await this.#save(this.list().map((other) => (other === group ? definition : other.definition)));
      await group.stop();
      await this.#begin(definition);
    });
  }

  /** Ends the group and what it kept. Throws persistent-subscription-does-not-exist. */
  delete(named: { stream: string; group: string }): Promise<void> {
    return this.#exclusively(async () => {
      const group = this.get(named);
      const key = groupKey(named);
      await this.#save(this.list().flatMap((other) => (other === group ? [] : [other.definition])));
      this.#groups.delete(key);
      await group.stop();
      for (const stream of [checkpointStream(key), parkedStream(key)]) {
        await this.store.appender.submit({ kind: 'soft-delete', stream, expected: 'any', events: [] });
      }
    });
  }

  async #begin(definition: GroupDefinition): Promise<void> {
    const group = new SubscriptionGroup(this.store, definition, this.log);
    this.#groups.set(groupKey(definition), group);
    await group.start();
  }

  /** The end is fixed when it is asked for, so that nothing is missed between then and a restart. */
  async #behind({ stream, startFrom }: RequestedGroup): Promise<number> {
    if (startFrom >= 0) return startFrom - 1;
    return stream === ALL ? this.store.tail.head : this.store.streams.lastRevision(stream);
  }

  async #save(groups: GroupDefinition[]): Promise<void> {
    await writeNote(this.store, CONFIGURATION_STREAM, systemEvent(CONFIGURATION_TYPE, { groups }));
  }

  #exclusively<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(change, change);
    this.#changing = done.catch(() => undefined);
    return done;
  }
}
