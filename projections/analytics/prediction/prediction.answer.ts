import { ApiProperty } from '@nestjs/swagger';
import { count, instant, ReportMeta } from '../analytics.answer.js';

const number = (description: string) => ({ type: 'number', description }) as const;
const numberOrNull = (description: string) => ({ type: 'number', nullable: true, description }) as const;

export class BgNbdModel {
  @ApiProperty(number('shape of the visiting rates'))
  r!: number;

  @ApiProperty(number('rate of the visiting rates, in weeks'))
  alpha!: number;

  @ApiProperty(number('of the chance to leave after a visit'))
  a!: number;

  @ApiProperty(number('of the chance to leave after a visit'))
  b!: number;

  @ApiProperty(number('the log-likelihood that was maximised'))
  logLikelihood!: number;
}

export class GammaGammaModel {
  @ApiProperty(number('shape of what is spent a visit'))
  p!: number;

  @ApiProperty(number('shape across clients'))
  q!: number;

  @ApiProperty(number('scale across clients, in minor units'))
  gamma!: number;

  @ApiProperty(number('the log-likelihood that was maximised'))
  logLikelihood!: number;

  @ApiProperty(
    number('correlation of visits and spend a visit: far from 0, the model supposes what does not hold'),
  )
  correlation!: number;

  @ApiProperty({ description: 'ISO 4217', example: 'EUR' })
  currency!: string;
}

/** What was foretold of the holdout, and what came, for clients with as many visits before it. */
export class HoldoutRow {
  @ApiProperty(count('visits after the first, before the holdout; 7 stands for 7 and more'))
  visitsBefore!: number;

  @ApiProperty(count('clients'))
  clients!: number;

  @ApiProperty(number('visits a client that the model expected'))
  expected!: number;

  @ApiProperty(number('visits a client that came'))
  actual!: number;
}

export class PredictedClient {
  @ApiProperty({ format: 'uuid' })
  clientId!: string;

  @ApiProperty(count('visits after the first'))
  repeatVisits!: number;

  @ApiProperty(numberOrNull('chance that it still comes; null (not estimable) for a client with one visit'))
  aliveChance!: number | null;

  @ApiProperty(number('visits expected within the horizon'))
  expectedVisits!: number;

  @ApiProperty(numberOrNull('minor units expected a visit; null where nothing is known of what it spends'))
  expectedSpendMinor!: number | null;

  @ApiProperty(numberOrNull('what it is worth within the horizon, discounted; minor units'))
  valueMinor!: number | null;
}

export class PredictionReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty(count('clients the model was fitted to'))
  clients!: number;

  @ApiProperty(count('of them with a second visit'))
  repeatClients!: number;

  @ApiProperty(instant('where the calibration ends and the holdout begins'))
  calibrationEnd!: string;

  @ApiProperty({ type: BgNbdModel, description: 'fitted to the calibration period' })
  bgNbd!: BgNbdModel;

  @ApiProperty({
    type: GammaGammaModel,
    nullable: true,
    description: 'null where too few visits were paid for, or everybody spends the same',
  })
  gammaGamma!: GammaGammaModel | null;

  @ApiProperty({ type: [HoldoutRow], description: 'the holdout, foretold and as it came' })
  holdout!: HoldoutRow[];

  @ApiProperty({
    type: [PredictedClient],
    description: 'the clients worth most within the horizon, as of asOf',
  })
  rows!: PredictedClient[];
}
