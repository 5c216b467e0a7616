import { Module } from '@nestjs/common';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import { clientMerges } from './client-merge.projection.js';

@ProjectionHandler()
export class ClientMerges {
  readonly projection = clientMerges;
}

@Module({ providers: [ClientMerges] })
export class ClientMergeModule {}
