import type { Instant } from '../schema/instant.js';
import { Random } from './random.js';
import {
  channels,
  companies,
  firstNames,
  lastNames,
  owners,
  remedies,
  sources,
  streets,
  trades,
  type TradeProfile,
} from './trades.js';

export interface HistoryOptions {
  readonly seed: number;
  readonly clients: number;
  /** conversions lie from here (inclusive) … */
  readonly from: Instant;
  /** … and no fact at or after here */
  readonly to: Instant;
  /** shortens (below 1) or stretches the time between services, for longer or shorter histories */
  readonly pace?: number;
}

const DAY = 86_400_000;
const NEVER_SERVICED = 0.05;
const COMPLAINS = 0.035;
const IS_RESOLVED = 0.85;
const NOTED = 0.06;
const COMES_BACK = 0.18;

/**
 * Invents client histories in the import format: buy-till-you-die lives (BG/NBD: each client has a rate and a chance to
 * stay away after every service) of five trades, with complaints and what became of them, notes, and late returns.
 * The same options give the same lines, and a client is the same however many there are beside it.
 * @returns the lines, without line ends, client by client
 */
export function* historyLines(options: HistoryOptions): Generator<string> {
  for (let number = 1; number <= options.clients; number++) {
    for (const fact of lifeOf(number, options)) yield JSON.stringify(fact);
  }
}

/** @returns the lines as the bytes of a file, in pieces of some 64 KiB: what importHistories takes */
export async function* historyFile(options: HistoryOptions): AsyncGenerator<Buffer> {
  let piece = '';
  for (const line of historyLines(options)) {
    piece += `${line}\n`;
    if (piece.length < 65_536) continue;
    yield Buffer.from(piece);
    piece = '';
    // Whoever runs beside this gets a turn.
    await new Promise(setImmediate);
  }
  yield Buffer.from(piece);
}

type Line = Record<string, unknown>;

function* lifeOf(number: number, { seed, from, to, pace = 1 }: HistoryOptions): Generator<Line> {
  const random = new Random(seed, number);
  const start = Date.parse(from);
  const end = Date.parse(to);
  const profile = random.weighted(trades);
  const clientRef = `C-${String(number).padStart(6, '0')}`;
  const fact = (type: string, at: number, more: Line): Line[] =>
    at < end ? [{ type, clientRef, occurredAt: new Date(at).toISOString(), ...more }] : [];

  const anyDay = businessHour(random, start + random.uniform() * (end - start));
  const converted = Math.min(Math.max(start, anyDay), end - 1);
  yield* fact('converted', converted, conversion(random, number, profile.trade));
  if (random.chance(NEVER_SERVICED)) return;

  const gap = ((profile.gapDays * DAY * pace) / random.gamma(profile.alike)) * profile.alike;
  const dropout = random.beta(...profile.dropout);
  const technician = random.oneOf(profile.technicians);
  let at = businessHour(random, converted + random.gamma(1.5) * 4 * DAY);
  for (let job = 1; at < end; job++) {
    const serviceRef = `J-${number}-${job}`;
    yield* fact('serviced', at, { serviceRef, ...service(random, profile, technician) });
    if (random.chance(COMPLAINS)) {
      const complaintRef = `K-${number}-${job}`;
      const raised = businessHour(random, at + random.gamma(1) * 2 * DAY);
      yield* fact('complained', raised, { complaintRef, serviceRef, ...complaint(random, profile) });
      const resolved = businessHour(random, raised + random.gamma(1.5) * 3 * DAY);
      if (random.chance(IS_RESOLVED) && raised < end) {
        yield* fact('resolved', resolved, { complaintRef, ...resolution(random) });
      }
    }
    if (random.chance(NOTED)) yield* fact('noted', at + 1_800_000, { text: random.oneOf(profile.notes) });
    let wait = (gap * random.gamma(profile.regular)) / profile.regular;
    if (random.chance(dropout)) {
      if (!random.chance(COMES_BACK)) return;
      wait = (100 + random.gamma(2) * 80) * DAY + wait;
    }
    at = businessHour(random, at + Math.max(wait, 0.5 * DAY));
  }
}

/** The next working day's quarter of an hour between 8:00 and 17:45 from then on, in UTC; never earlier. */
function businessHour(random: Random, at: number): number {
  const day = Math.ceil(at / DAY);
  // 1 January 1970 was a Thursday.
  const weekday = (day + 4) % 7;
  const working = weekday === 0 ? day + 1 : weekday === 6 ? day + 2 : day;
  return working * DAY + (32 + random.whole(0, 39)) * 900_000;
}

function conversion(random: Random, number: number, trade: string): Line {
  const commercial = random.chance(trade === 'salon' ? 0 : 0.15);
  const first = random.oneOf(firstNames);
  const last = random.oneOf(lastNames);
  return {
    name: commercial ? `${last} ${random.oneOf(companies)}` : `${first} ${last}`,
    email: `${first}.${last}.${number}@example.com`.toLowerCase(),
    phone: `+1 555 01${String(random.whole(0, 99)).padStart(2, '0')}`,
    address: `${random.whole(1, 240)} ${random.oneOf(streets)}`,
    source: random.oneOf(sources),
    channel: random.oneOf(channels),
    clientType: commercial ? 'commercial' : 'residential',
    trade,
    owner: random.oneOf(owners),
    ...(random.chance(0.12) ? { tags: ['vip'] } : {}),
  };
}

function service(random: Random, profile: TradeProfile, usual: string): Line {
  const offer = random.weighted(profile.services);
  const technician = random.chance(0.75) ? usual : random.oneOf(profile.technicians);
  const amountMinor = Math.round((offer.price * Math.exp(0.22 * random.normal())) / 100) * 100;
  return {
    serviceType: offer.type,
    technician,
    urgency: offer.urgent && random.chance(0.4) ? 'urgent' : 'routine',
    amountMinor,
    currency: 'CAD',
    ...(random.chance(0.3) ? { rating: random.weighted(stars).rating } : {}),
  };
}

const stars = [
  { rating: 5, weight: 62 },
  { rating: 4, weight: 24 },
  { rating: 3, weight: 8 },
  { rating: 2, weight: 4 },
  { rating: 1, weight: 2 },
];

function complaint(random: Random, profile: TradeProfile): Line {
  const category = random.oneOf(profile.complaints);
  const severity = random.oneOf(['low', 'normal', 'normal', 'high']);
  return { category, severity, description: `The client called: ${category}.` };
}

function resolution(random: Random): Line {
  const remedy = random.oneOf(remedies);
  const credit = remedy === 'credit' ? { creditMinor: random.whole(10, 60) * 100, currency: 'CAD' } : {};
  return { remedy, satisfaction: random.whole(2, 5), ...credit };
}
