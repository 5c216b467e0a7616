import { TRADES } from '../client/record/details.events.js';
import type { FieldError } from '../http/problem.js';
import { nearestName } from '../nearest-name.js';
import type { PolicyTerms } from './policy.events.js';

const GRADED = ['factor', 'floorDays', 'defaultDays', 'tradeDays', 'serviceTypeDays', 'ownCadence'] as const;

/**
 * Completes the terms of a policy as a caller sends them: without days by trade or service type there are none, and a
 * client's own cadence counts unless it is said not to.
 * @param sent each field of it valid by itself
 * @returns the terms, or what is wrong with them as a whole
 */
export function readTerms(sent: PolicyTerms): { terms: PolicyTerms } | { faults: FieldError[] } {
  const { kind, windowDays, factor, floorDays, defaultDays } = sent;
  if (kind === 'fixed') {
    const faults = foreign(sent, GRADED, 'fixed');
    if (windowDays === undefined) faults.push({ path: 'windowDays', message: 'a fixed policy needs it' });
    return faults.length > 0 ? { faults } : { terms: { kind, windowDays } };
  }
  const { tradeDays = {}, serviceTypeDays = {}, ownCadence = true } = sent;
  const faults = [
    ...foreign(sent, ['windowDays'], 'graded'),
    ...(['factor', 'floorDays', 'defaultDays'] as const)
      .filter((name) => sent[name] === undefined)
      .map((path) => ({ path, message: 'a graded policy needs it' })),
    ...belowFloor('defaultDays', defaultDays, floorDays),
    ...faultsOfNames('tradeDays', tradeDays, floorDays),
    ...faultsOfNames('serviceTypeDays', serviceTypeDays, floorDays),
    ...Object.keys(tradeDays).flatMap(strangeTrade),
  ];
  if (faults.length > 0) return { faults };
  return { terms: { kind, factor, floorDays, defaultDays, tradeDays, serviceTypeDays, ownCadence } };
}

const foreign = (
  sent: PolicyTerms,
  names: readonly (keyof PolicyTerms)[],
  kind: PolicyTerms['kind'],
): FieldError[] =>
  names
    .filter((name) => sent[name] !== undefined)
    .map((path) => ({ path, message: `a ${kind} policy does not have it` }));

function faultsOfNames(
  path: string,
  days: Readonly<Record<string, number>>,
  floorDays: number | undefined,
): FieldError[] {
  const seen = new Set<string>();
  return Object.entries(days).flatMap(([name, window]) => {
    const twice = seen.has(name.toLowerCase());
    seen.add(name.toLowerCase());
    return [
      ...(twice ? [{ path: `${path}.${name}`, message: 'is there twice: case makes no difference' }] : []),
      ...belowFloor(`${path}.${name}`, window, floorDays),
    ];
  });
}

const belowFloor = (path: string, window: number | undefined, floorDays: number | undefined): FieldError[] =>
  window !== undefined && floorDays !== undefined && window < floorDays
    ? [{ path, message: `must not be less than floorDays (${floorDays})` }]
    : [];

function strangeTrade(name: string): FieldError[] {
  const known: readonly string[] = TRADES;
  if (known.includes(name.toLowerCase())) return [];
  const nearest = nearestName(name.toLowerCase(), known);
  const hint = nearest ? `did you mean ${nearest}?` : `trades are ${known.join(', ')}`;
  return [{ path: `tradeDays.${name}`, message: `is no trade; ${hint}` }];
}
