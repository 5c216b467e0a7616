import { ApiProperty } from '@nestjs/swagger';

const count = (description: string) => ({ type: 'integer', description, required: false }) as const;
const instant = (description: string, required = true) =>
  ({ type: 'string', format: 'date-time', description, required }) as const;

/** An import, and how far it has come. Figures are there once they are known. */
export class ImportAnswer {
  @ApiProperty({ format: 'uuid' }) id!: string;

  @ApiProperty({ description: 'where the facts come from: refs mean the same within one source' })
  source!: string;

  @ApiProperty({ description: 'decides everything and records nothing: the figures say what would be' })
  dryRun!: boolean;

  @ApiProperty({
    enum: ['received', 'running', 'finished', 'failed'],
    description: 'an import that is broken off stays running, and is begun again by itself',
  })
  state!: string;

  @ApiProperty({ required: false, description: 'why it failed; nothing more will come of it' })
  failure?: string;

  @ApiProperty(count('bytes of the file as it came')) bytes!: number;
  @ApiProperty(count('lines with something in them')) lines?: number;
  @ApiProperty(count('facts to be decided on')) facts?: number;
  @ApiProperty(count('of those, decided on already')) decided?: number;
  @ApiProperty(count('facts recorded')) recorded?: number;
  @ApiProperty(count('facts that were on record already')) known?: number;
  @ApiProperty(count('lines refused; `/imports/{id}/refusals` lists them')) refused?: number;
  @ApiProperty(count('events appended, with those that follow from the facts')) events?: number;
  @ApiProperty(count('clients that the file speaks of')) clients?: number;
  @ApiProperty(count('clients of whom something new was recorded')) clientsChanged?: number;

  @ApiProperty({ required: false, description: 'of the last event: what X-Await-Position takes' })
  position?: string;

  @ApiProperty(instant('when all of the file had come in')) receivedAt!: string;
  @ApiProperty(instant('when it was begun', false)) startedAt?: string;
  @ApiProperty(instant('when it finished or failed', false)) endedAt?: string;
}

/** A line that was not recorded. */
export class RefusalAnswer {
  @ApiProperty({ description: 'number of the line in the file, from 1' }) line!: number;
  @ApiProperty({ description: 'which field is wrong and what would be right; never what stood there' })
  reason!: string;
}
