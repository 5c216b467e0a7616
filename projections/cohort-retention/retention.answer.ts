import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  getSchemaPath,
  IntersectionType,
} from '@nestjs/swagger';
import { count, GroupRow, instant, Ratio, ReportMeta } from '../analytics/analytics.answer.js';

/** What every cell of a report has; the rate is always numerator / denominator. */
export class RetentionCell extends Ratio {
  @ApiProperty(count('periods since the cohort’s own, which is 0; of a bracket, the first'))
  k!: number;

  @ApiPropertyOptional(count('mode=bracket: the last k of the bracket'))
  toK?: number;

  @ApiProperty({
    description: 'the period of the cell; of a bracket, its first and last; of elapsed windows, their days',
    example: '2006-02',
  })
  period!: string;

  @ApiPropertyOptional(instant('first instant of the period; windows of elapsed time have none in common'))
  periodStart?: string;

  @ApiPropertyOptional(instant('first instant after the period'))
  periodEnd?: string;

  @ApiProperty({
    description:
      'the period had ended by asOf for every client of the cohort; if not, the cell is in no mean',
  })
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

class Cohort extends GroupRow {
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

/** Over all cohorts of the report, or of one group: sum of numerators / sum of denominators of the complete cells. */
export class MeanCell extends IntersectionType(GroupRow, Ratio) {
  @ApiProperty(count('periods since the cohort’s own'))
  k!: number;
}

export class RevenueMeanCell extends MeanCell {
  @ApiProperty({ description: 'ISO 4217', example: 'EUR' })
  currency!: string;
}

@ApiExtraModels(ClientCohort, RevenueCohort, MeanCell, RevenueMeanCell)
export class RetentionReport {
  @ApiProperty()
  meta!: ReportMeta;

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
