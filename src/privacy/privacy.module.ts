import { join } from 'node:path';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../config.js';
import { ClientKeys } from './client-keys.js';
import { MasterKeys } from './master-keys.js';

/** The keys under which personal data is stored. Wants TypeORM's DataSource among the global providers. */
@Global()
@Module({})
export class PrivacyModule {
  static forRoot({ masterKey, previousMasterKey, dataDir }: Config): DynamicModule {
    return {
      module: PrivacyModule,
      providers: [
        {
          provide: MasterKeys,
          useFactory: () =>
            masterKey
              ? MasterKeys.given(masterKey, previousMasterKey)
              : MasterKeys.inFile(join(dataDir, 'master.key')),
        },
        {
          provide: ClientKeys,
          inject: [DataSource, MasterKeys],
          useFactory: async (database: DataSource, masters: MasterKeys) => {
            const keys = new ClientKeys(database, masters);
            // Better no start at all than a read model that takes unreadable names for none.
            for (const { masterKeyId } of await keys.countByMaster()) {
              if (masterKeyId !== null) await masters.find(masterKeyId);
            }
            return keys;
          },
        },
      ],
      exports: [MasterKeys, ClientKeys],
    };
  }
}
