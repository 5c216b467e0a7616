import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ClientDecisions } from '../client/change-client.js';
import { Clock } from '../clock.js';
import { unlessElsewhere } from '../database.js';
import { LapsePolicies } from '../policy/lapse-policies.js';
import { ClientKeys } from '../privacy/client-keys.js';
import { UnknownMasterKey } from '../privacy/master-keys.js';
import type { RefusedLine } from './client-fact.js';
import { UnreadableCsv } from './csv-records.js';
import { ImportJournal } from './import-journal.js';
import { ImportFailed, type ImportProgress, type ImportReport } from './import-report.js';
import { importHistories } from './importer.js';
import { DamagedGzip, TruncatedGzip } from './unzip.js';
import { Uploads, type PendingImport } from './uploads.js';

export const SPOOL_URL = Symbol('database url of the spool');

/** Any number that stands for importing: one process at a time. */
export const IMPORTING = 74_603_517;
const LOOK_EVERY_MS = 10_000;
const TELL_EVERY_MS = 500;
const REFUSALS_AT_ONCE = 500;
/** A file that could not be imported for so long is given up, rather than kept with all that is personal in it. */
const GIVE_UP_MS = 86_400_000;
const FAULTS_OF_THE_FILE = [UnreadableCsv, TruncatedGzip, DamagedGzip, UnknownMasterKey];

/**
 * Runs uploaded imports one after the other, in whichever process gets to it first. One that was broken off, by the end
 * of its process or because the event store was gone for long, is begun again, which records the rest and nothing twice.
 */
@Injectable()
export class ImportRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Imports');
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: DataSource,
    private readonly uploads: Uploads,
    private readonly journal: ImportJournal,
    private readonly decisions: ClientDecisions,
    private readonly policies: LapsePolicies,
    private readonly keys: ClientKeys,
    private readonly clock: Clock,
    @Inject(SPOOL_URL) private readonly databaseUrl: string,
  ) {}

  onApplicationBootstrap(): void {
    this.wake();
    this.timer = setInterval(() => this.wake(), LOOK_EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort(new Error('Tenure is closing'));
    await this.running;
  }

  /** To be called when an upload has come in. */
  wake(): void {
    this.running = this.running.then(async () => {
      if (this.stopping.signal.aborted) return;
      try {
        await unlessElsewhere(this.database, IMPORTING, () => this.runAll());
      } catch (error) {
        if (!this.stopping.signal.aborted)
          this.logger.warn(`an import was broken off and will be begun again: ${(error as Error).message}`);
      }
    });
  }

  private async runAll(): Promise<void> {
    for (let next = await this.uploads.next(); next; next = await this.uploads.next()) await this.run(next);
  }

  private async run(upload: PendingImport): Promise<void> {
    const { id } = upload;
    await this.journal.begin(id, this.clock.now());
    try {
      const report = await this.import(upload);
      await this.journal.finish(id, report, this.clock.now());
      this.logger.log(`import ${id}: ${report.recorded} facts recorded, ${report.refused} lines refused`);
    } catch (error) {
      const cause = error instanceof ImportFailed ? error.cause : error;
      const now = this.clock.now();
      if (FAULTS_OF_THE_FILE.some((fault) => cause instanceof fault))
        await this.journal.fail(id, (cause as Error).message, now);
      else if (Date.parse(now) - Date.parse(upload.receivedAt) > GIVE_UP_MS)
        await this.journal.fail(id, 'it could not be finished within a day; send it again', now);
      else throw error;
      this.logger.warn(`import ${id} failed`);
    }
  }

  private async import({ id, source, format, dryRun }: PendingImport): Promise<ImportReport> {
    const refused: RefusedLine[] = [];
    let told = 0;
    let last: ImportProgress | undefined;
    // Written in the background, in order; what fails there fails the import at its end.
    let writing = Promise.resolve();
    const write = (entry: () => Promise<void>) => {
      writing = writing.then(entry);
      writing.catch(() => undefined);
    };
    const flush = () => {
      const lines = refused.splice(0);
      if (lines.length > 0) write(() => this.journal.refused(id, lines));
    };
    const report = await importHistories({
      ...{ input: this.uploads.file(id), source, dryRun, databaseUrl: this.databaseUrl },
      ...(format === null ? {} : { format }),
      ...{ runner: this.decisions, blind: this.keys.blind.bind(this.keys), now: this.clock.now() },
      ...{ policy: await this.policies.current(), signal: this.stopping.signal },
      onRefused: (line) => {
        if (refused.push(line) >= REFUSALS_AT_ONCE) flush();
      },
      onProgress: (progress) => {
        last = progress;
        if (performance.now() - told < TELL_EVERY_MS) return;
        told = performance.now();
        write(() => this.journal.progress(id, progress));
      },
    });
    flush();
    const end = last;
    if (end) write(() => this.journal.progress(id, end));
    await writing;
    return report;
  }
}
