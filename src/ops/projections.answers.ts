import { ApiProperty } from '@nestjs/swagger';

class PausedAt {
  @ApiProperty({ format: 'uuid' }) eventId!: string;
  @ApiProperty({ example: 'ClientServiced' }) type!: string;
  @ApiProperty() stream!: string;
  @ApiProperty() revision!: number;
  @ApiProperty() position!: string;
  @ApiProperty({ description: 'what the projection said' }) message!: string;
}

class LagAnswer {
  @ApiProperty({ description: 'events recorded and not applied yet' }) events!: number;
  @ApiProperty({ description: 'whether there are more than were counted' }) orMore!: boolean;
  @ApiProperty({ description: 'for how long the first of them has been waiting, in seconds' })
  seconds!: number;
}

class ProgressAnswer {
  @ApiProperty({ description: 'events applied a second, of late' }) eventsPerSecond!: number;
  @ApiProperty({ description: 'of the log that is done, 0–1' }) fraction!: number;
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'seconds left at this rate; null while it is not known',
  })
  secondsLeft!: number | null;
}

class FillingAnswer {
  @ApiProperty({ example: 'segment_member' }) table!: string;
  @ApiProperty({ type: [String], description: 'ids of what is new or changed: segments, cuts of scores' })
  with!: string[];
  @ApiProperty({ description: 'about what share of its rows is done, 0–1' }) share!: number;
}

class BuildAnswer {
  @ApiProperty({ example: 'v1_g2', description: 'which set of tables' }) build!: string;
  @ApiProperty({ enum: ['running', 'paused'] }) state!: string;
  @ApiProperty({ type: String, nullable: true, description: 'of the last event applied' }) position!:
    string | null;
  @ApiProperty({ type: String, nullable: true, format: 'date-time' }) recordedAt!: string | null;
  @ApiProperty({ description: 'events applied since its tables were made' }) applied!: number;
  @ApiProperty({ format: 'date-time', description: 'when it last wrote' }) movedAt!: string;
  @ApiProperty({ type: PausedAt, nullable: true }) failure!: PausedAt | null;
  @ApiProperty({ description: 'events passed over by an operator’s decision' }) parked!: number;
  @ApiProperty({
    type: FillingAnswer,
    nullable: true,
    description: 'a table that is filled beside the events because a definition is new',
  })
  filling!: FillingAnswer | null;
  @ApiProperty({
    type: ProgressAnswer,
    nullable: true,
    description: 'null when it has nothing to catch up on',
  })
  progress!: ProgressAnswer | null;
}

/** How a projection stands. */
export class ProjectionAnswer extends BuildAnswer {
  @ApiProperty({ example: 'client-history' }) name!: string;
  @ApiProperty() version!: number;
  @ApiProperty({ description: 'whether queries read it; false while a first build is under way' })
  serving!: boolean;
  @ApiProperty({ description: 'has events to apply and has stood still for half a minute' })
  stalled!: boolean;
  @ApiProperty({ type: LagAnswer, nullable: true, description: 'null when the event store does not answer' })
  lag!: LagAnswer | null;
  @ApiProperty({ type: BuildAnswer, nullable: true, description: 'tables being filled anew' })
  rebuild!: BuildAnswer | null;
}

export class RebuildAnswer {
  @ApiProperty() name!: string;
  @ApiProperty({ example: 'v1_g2', description: 'the tables that are being filled' }) build!: string;
}

/** The pause that an operator ended. */
export class EndedPause extends PausedAt {
  @ApiProperty() name!: string;
}
