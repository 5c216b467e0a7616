import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { CurrentPrincipal, type Principal } from '../access/principal.js';
import { Roles } from '../access/roles.js';
import { Clock } from '../clock.js';
import { UPLOAD_TYPES } from '../http/body-parser.js';
import type { FastifyReply, FastifyRequest } from '../http/fastify-types.js';
import { IdempotencyKey } from '../http/idempotency-key.js';
import { ApiPage } from '../http/page-schema.js';
import { PageQuery } from '../http/paging.js';
import { Problem } from '../http/problem.js';
import { Rows } from '../http/representation.js';
import { UuidParam } from '../http/validation.js';
import { Text } from '../schema/fields.js';
import { QueryFlag } from '../schema/query-fields.js';
import { ImportRunner } from './import-runner.service.js';
import { ImportAnswer, RefusalAnswer } from './imports.answers.js';
import { findImport, listImports, listRefusals } from './imports.queries.js';
import { Uploads } from './uploads.js';

class UploadQuery {
  @Text({ about: 'where the facts come from: refs mean the same within one source', optional: true })
  source: string = 'import';

  @QueryFlag({ about: 'decide everything, record nothing', optional: true })
  dryRun: boolean = false;
}

@ApiTags('imports')
@Controller('imports')
export class ImportsController {
  constructor(
    private readonly database: DataSource,
    private readonly uploads: Uploads,
    private readonly runner: ImportRunner,
    private readonly clock: Clock,
  ) {}

  @ApiOperation({
    summary: 'Import client histories',
    description:
      'Takes a file of NDJSON or CSV, gzipped or not, of any size. Answers when all of it has come in; what becomes of it is at `Location`. Sent again under the same Idempotency-Key, it is one import.',
  })
  @ApiConsumes(...UPLOAD_TYPES)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiAcceptedResponse({ type: ImportAnswer })
  @Roles('staff')
  @Post()
  @HttpCode(202)
  async receive(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() { source, dryRun }: UploadQuery,
    @CurrentPrincipal() { id: by }: Principal,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<ImportAnswer> {
    const { body } = request;
    if (!(body instanceof Readable)) throw Problem.unsupportedMediaType(UPLOAD_TYPES);
    const type = request.headers['content-type'] ?? '';
    const format = type.startsWith('text/csv')
      ? 'csv'
      : type.startsWith('application/x-ndjson')
        ? 'ndjson'
        : null;
    const upload = { source, dryRun, format, by, idempotencyKey, at: this.clock.now() } as const;
    const { id } = await this.uploads.receive(body as AsyncIterable<Buffer>, upload);
    this.runner.wake();
    void reply.header('Location', `/api/v1/imports/${id}`);
    return this.known(id);
  }

  @ApiOperation({ summary: 'Imports, the latest first' })
  @ApiPage(ImportAnswer)
  @Roles('staff', 'auditor')
  @Rows()
  @Get()
  list(@Query() query: PageQuery) {
    return listImports(this.database, query);
  }

  @ApiOperation({ summary: 'An import, and how far it has come' })
  @ApiOkResponse({ type: ImportAnswer })
  @Roles('staff', 'auditor')
  @Get(':id')
  find(@UuidParam('id') id: string): Promise<ImportAnswer> {
    return this.known(id);
  }

  @ApiOperation({ summary: 'The refused lines of an import, with the reasons' })
  @ApiPage(RefusalAnswer)
  @Roles('staff', 'auditor')
  @Rows(undefined, { columns: ['line', 'reason'] })
  @Get(':id/refusals')
  async refusals(@UuidParam('id') id: string, @Query() query: PageQuery) {
    await this.known(id);
    return listRefusals(this.database, id, query);
  }

  private async known(id: string): Promise<ImportAnswer> {
    const found = await findImport(this.database, id);
    if (!found) throw Problem.unknown('there is no import of this id');
    return found;
  }
}
