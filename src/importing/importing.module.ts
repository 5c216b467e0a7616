import { Module, type DynamicModule } from '@nestjs/common';
import { ImportJournal } from './import-journal.js';
import { ImportRunner, SPOOL_URL } from './import-runner.service.js';
import { ImportsController } from './imports.controller.js';
import { Uploads } from './uploads.js';

/** Imports that come over HTTP. Wants what CoreModule and PrivacyModule export among the global providers. */
@Module({})
export class ImportingModule {
  /** @param databaseUrl of a PostgreSQL where the lines of a file may wait in a temporary table */
  static forRoot(databaseUrl: string): DynamicModule {
    return {
      module: ImportingModule,
      controllers: [ImportsController],
      providers: [Uploads, ImportJournal, ImportRunner, { provide: SPOOL_URL, useValue: databaseUrl }],
    };
  }
}
