import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

const instant = (description: string) => ({ type: 'string', format: 'date-time', description }) as const;
const count = (description: string) => ({ type: 'integer', description }) as const;

/** What every cell of a report has; the rate is always numerator / denominator. */
export class RetentionCell {
  @ApiProperty(count('calendar periods since the cohort’s own, which is 0'))
  k!: number;

  @ApiProperty({ description: 'the period of the cell', example: '2006-02' })
  period!: string;

  @ApiProperty(instant('first instant of the period'))
  periodStart!: string;

  @ApiProperty(instant('first instant after the period'))
  periodEnd!: string;

  @ApiProperty(
    count('measure=clients: clients with a service in the period; revenue: minor units it brought'),
  )
  numerator!: number;

  @ApiProperty(count('clients of the cohort'))
  denominator!: number;

  @ApiProperty({
    type: 'number',
    nullable: true,
    description: 'numerator / denominator; null without a denominator',
  })
  rate!: number | null;

  @ApiProperty({ description: 'the period had ended by asOf; if not, the cell can still rise' })
  complete!: boolean;

  @ApiProperty({
    description:
      'the cell can rise although its period is complete: in mode=unbounded, where clients may yet come back',
  })
  censored!: boolean;
}

export class ClientCell extends RetentionCell {}

/** Services and clients are those that carry an amount in the row’s currency, an amount of 0 included. */
export class RevenueCell extends RetentionCell {
  @ApiProperty(count('what the services of the period brought, in minor units'))
  amountMinor!: number;

  @ApiProperty(count('services with an amount in this currency'))
  services!: number;

  @ApiProperty(count('clients with such a service'))
  clientsServiced!: number;

  @ApiProperty(count('what the cohort brought from k = 0 up to this period, in minor units'))
  cumulativeMinor!: number;

  @ApiProperty({
    type: 'number',
    nullable: true,
    description: 'cumulativeMinor / size: lifetime value to date per client, payer or not',
  })
  cumulativeMinorPerClient!: number | null;
}

class Cohort {
  @ApiProperty({ description: 'the period that the cohort’s clients have in common', example: '2006-01' })
  cohort!: string;

  @ApiProperty(instant('first instant of the cohort’s period'))
  start!: string;

  @ApiProperty(instant('first instant after it'))
  end!: string;

  @ApiProperty(count('clients of the cohort'))
  size!: number;

  @ApiProperty(count('their services in periods before the cohort’s own: they are in no cell'))
  servicesBeforeConversion!: number;
}

export class ClientCohort extends Cohort {
  @ApiProperty({ type: [ClientCell] })
  cells!: ClientCell[];
}

export class RevenueCohort extends Cohort {
  @ApiProperty({ description: 'ISO 4217; currencies are never added up', example: 'EUR' })
  currency!: string;

  @ApiProperty({ type: [RevenueCell] })
  cells!: RevenueCell[];
}

/** Over all cohorts of the report: sum of numerators / sum of denominators of the complete cells. */
export class MeanCell {
  @ApiProperty(count('calendar periods since the cohort’s own'))
  k!: number;

  @ApiProperty(count('sum over complete cells'))
  numerator!: number;

  @ApiProperty(count('sum over complete cells'))
  denominator!: number;

  @ApiProperty({ type: 'number', nullable: true, description: 'numerator / denominator' })
  rate!: number | null;
}

export class RevenueMeanCell extends MeanCell {
  @ApiProperty({ description: 'ISO 4217', example: 'EUR' })
  currency!: string;
}

class RetentionMeta {
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

@ApiExtraModels(ClientCohort, RevenueCohort, MeanCell, RevenueMeanCell)
export class RetentionReport {
  @ApiProperty()
  meta!: RetentionMeta;

  @ApiProperty({
    type: 'array',
    items: { oneOf: [ClientCohort, RevenueCohort].map((one) => ({ $ref: getSchemaPath(one) })) },
  })
  cohorts!: ClientCohort[] | RevenueCohort[];

  @ApiProperty({
    type: 'array',
    items: { oneOf: [MeanCell, RevenueMeanCell].map((one) => ({ $ref: getSchemaPath(one) })) },
  })
  mean!: MeanCell[] | RevenueMeanCell[];
}
