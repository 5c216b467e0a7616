import type { GrpcCall } from '../wire/grpc-call.js';
import { AnswerTimes } from './answer-times.js';
import type { GroupMessage } from './group-message.js';

/** One connected consumer of a group. It is sent at most `bufferSize` messages that it has not answered. */
export class Consumer {
  readonly inFlight = new Set<GroupMessage>();
  readonly answerTimes = new AnswerTimes();
  /** Since it connected. */
  sent = 0;

  constructor(
    readonly call: GrpcCall,
    readonly bufferSize: number,
  ) {}

  get availableSlots(): number {
    return Math.max(0, this.bufferSize - this.inFlight.size);
  }

  /** Where it connected from. */
  get from(): string {
    const socket = this.call.stream.session?.socket;
    return `${socket?.remoteAddress ?? ''}:${socket?.remotePort ?? ''}`;
  }

  get connectionName(): string {
    return String(this.call.headers['connection-name'] ?? '');
  }

  get username(): string {
    return userNamed(this.call.headers.authorization);
  }
}

/** The user that an authorization header names. Told, not believed: the node has no users, and lets everybody in. */
export function userNamed(authorization: string | undefined): string {
  const [, encoded = ''] = /^Basic (.+)$/i.exec(authorization ?? '') ?? [];
  const [name] = Buffer.from(encoded, 'base64').toString().split(':');
  return name || 'anonymous';
}
