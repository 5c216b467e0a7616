import type { ClientFilters, Grouping } from './analytics.parameters.js';

const GROUP: Record<Grouping, string> = {
  segment: 'the segments they are members of just before asOf, a client in several being in the part of each',
  serviceType: 'the type of their first service',
  technician: 'the technician named first at their first service',
  source: 'where the lead came from',
  trade: 'trade',
  clientType: 'kind of client',
};

/** What an answer says of the clients that it is of: a sentence for those it leaves out, one for its parts. */
export function groupingSaid(filters: Partial<ClientFilters>): string[] {
  const { segment, serviceType, technician, source, trade, clientType, groupBy } = filters;
  const only = [
    ...(segment === undefined ? [] : [`are members of segment ${segment} just before asOf`]),
    ...(serviceType === undefined ? [] : [`had a first service of type ${serviceType}`]),
    ...(technician === undefined ? [] : [`were first served by ${technician}`]),
    ...(source === undefined ? [] : [`came from ${source}`]),
    ...(trade === undefined ? [] : [`are of trade ${trade}`]),
    ...(clientType === undefined ? [] : [`are ${clientType}`]),
  ];
  const bySegment = segment !== undefined || groupBy === 'segment';
  return [
    ...(only.length === 0 ? [] : [`Only clients who ${only.join(' and ')}.`]),
    ...(groupBy === undefined ? [] : [`Clients are told apart by ${GROUP[groupBy]}.`]),
    ...(bySegment ? ['Membership is as it stands on record now, whatever knownAt says.'] : []),
  ];
}
