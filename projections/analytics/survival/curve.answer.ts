import { ApiProperty } from '@nestjs/swagger';
import { count, GroupRow } from '../analytics.answer.js';
import type { CurvePoint, Watched } from './kaplan-meier.js';
import { kaplanMeier, medianOf } from './kaplan-meier.js';

const share = (description: string, nullable = false) => ({ type: 'number', nullable, description }) as const;

/** A point of a Kaplan-Meier curve: what holds from this many days on, until the next point. */
export class CurveRow extends GroupRow {
  @ApiProperty(count('whole days'))
  days!: number;

  @ApiProperty(count('watched for so long, and without the event just before'))
  atRisk!: number;

  @ApiProperty(count('events after just so many days'))
  events!: number;

  @ApiProperty(count('watched no longer than that, without the event'))
  censored!: number;

  @ApiProperty(share('share without the event, this day included'))
  survival!: number;

  @ApiProperty(share('standard error of the share, by Greenwood'))
  standardError!: number;

  @ApiProperty(share('lower end of the 95 % interval (log-log); null where the share is 0', true))
  low!: number | null;

  @ApiProperty(share('upper end', true))
  high!: number | null;

  @ApiProperty({ description: 'fewer than 30 were at risk: not to be relied on' })
  sparse!: boolean;
}

/** What a curve comes to. */
export class CurveSummary extends GroupRow {
  @ApiProperty(count('who was watched'))
  watched!: number;

  @ApiProperty(count('who had the event'))
  events!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'days after which half had the event; null where that was not reached',
  })
  medianDays!: number | null;
}

const FEW = 30;

/**
 * @param group what names the group in the answer; nothing where nothing is grouped
 * @param watched by whole days
 */
export function curveOf(
  group: GroupRow,
  watched: readonly Watched[],
): { rows: CurveRow[]; summary: CurveSummary } {
  const curve = kaplanMeier(watched);
  const rows = curve.map(({ duration: days, greenwood: _greenwood, ...point }: CurvePoint) => ({
    ...group,
    days,
    ...point,
    sparse: point.atRisk < FEW,
  }));
  const sum = (of: (one: Watched) => number) => watched.reduce((total, one) => total + of(one), 0);
  return {
    rows,
    summary: {
      ...group,
      watched: sum(({ events, censored }) => events + censored),
      events: sum(({ events }) => events),
      medianDays: medianOf(curve),
    },
  };
}
