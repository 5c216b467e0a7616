import { ApiProperty } from '@nestjs/swagger';

export const instant = (description: string) =>
  ({ type: 'string', format: 'date-time', description }) as const;
export const count = (description: string) => ({ type: 'integer', description }) as const;

/** What every analytics answer begins with. */
export class ReportMeta {
  @ApiProperty({ description: 'what was computed, in words' })
  definition!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'the parameters, defaults filled in',
  })
  params!: Record<string, unknown>;

  @ApiProperty({ description: 'the zone whose calendar it is', example: 'UTC' })
  tz!: string;

  @ApiProperty(instant('facts that happened before it count (exclusive)'))
  asOf!: string;

  @ApiProperty(instant('facts recorded before it count (exclusive)'))
  knownAt!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'position in the log up to which it is true; null as long as nothing is on record',
    example: '123456',
  })
  position!: string | null;

  @ApiProperty(instant('when the answer was made'))
  generatedAt!: string;
}

/** The share that every rate is: it always comes with what it is made of. */
export class Ratio {
  @ApiProperty(count('numerator of the rate'))
  numerator!: number;

  @ApiProperty(count('denominator of the rate'))
  denominator!: number;

  @ApiProperty({
    type: 'number',
    nullable: true,
    description: 'numerator / denominator; null without a denominator, which is not the same as 0',
  })
  rate!: number | null;
}

/** Without a denominator there is no rate, which is not the same as 0. */
export const ratio = (numerator: number, denominator: number): Ratio => ({
  numerator,
  denominator,
  rate: denominator === 0 ? null : numerator / denominator,
});

/** What a report says of all clients, or of a group where it is grouped. */
export class GroupRow {
  @ApiProperty({
    description: 'value of what the report is grouped by; null for clients without one',
    type: 'string',
    nullable: true,
    required: false,
  })
  group?: string | null;
}

/** A calendar period of a report. */
export class PeriodRow extends GroupRow {
  @ApiProperty({ description: 'the period', example: '2006-02' })
  period!: string;

  @ApiProperty(instant('first instant of the period'))
  start!: string;

  @ApiProperty(instant('first instant after the period'))
  end!: string;

  @ApiProperty({ description: 'the period had ended by asOf; if not, its figures can still change' })
  complete!: boolean;
}
