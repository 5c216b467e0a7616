import { ruleSchema } from './rule-schema.js';
import { MOST_CONDITIONS, MOST_LEVELS, RULE_VERSION } from './rule.js';
import { operatorsOf, ruleParameters, segmentFacts, type SegmentFact } from './segment-facts.js';

const EXAMPLE = `\`\`\`json
{
  "and": [
    { "fact": "state", "op": "in", "value": ["active", "reactivated"] },
    { "fact": "visits", "op": "gte", "value": 3, "withinDays": 365 },
    { "or": [
      { "fact": "tags", "op": "in", "value": ["vip"] },
      { "fact": "lifetimeValueMinor", "op": "gte", "value": 100000, "currency": "CAD" }
    ] },
    { "not": { "fact": "consent", "op": "eq", "value": "withdrawn", "channel": "email", "kind": "rebooking" } }
  ]
}
\`\`\``;

const INTRO = `# The rules of segments

Generated from the catalogue in the code (\`npm run docs:events\`). The same as a JSON schema: [segment-rule.schema.json](segment-rule.schema.json), which is
also part of the API description, as \`SegmentRule\`.

A rule says which clients are in a segment. It is one condition on one fact, or rules combined: \`{"and": [rules]}\`, \`{"or": [rules]}\`, \`{"not": rule}\`. A
condition names a \`fact\`, what is asked of it (\`op\`), the \`value\` it is held against, and whatever else the fact needs to be told.

${EXAMPLE}

This is version ${RULE_VERSION} of the language. A rule is stored with the version it was written in; facts may be added to a version, and none ever changes its meaning.
A rule has at most ${MOST_CONDITIONS} conditions, at most ${MOST_LEVELS} levels deep. A bad one is refused with the path to each fault, such as \`rule.and[1].value\`.

## What can be asked

| op | holds if |
|---|---|
| \`eq\`, \`ne\` | the fact is the value; \`ne\` is the opposite of \`eq\` in every case, so it holds where there is no such fact |
| \`lt\`, \`lte\`, \`gt\`, \`gte\` | the fact is less than the value, at most, more than, at least |
| \`between\` | the fact lies between the two values, both included |
| \`in\` | the fact is one of the values; where a client has several, at least one of them is |
| \`exists\` | the client has such a fact (\`true\`), or has none (\`false\`) |

A condition holds or it does not, there is nothing between: where a client has no such fact, only \`ne\` and \`exists: false\` hold. Text is compared whatever its case.

A rule is judged at an instant, now or any in the past, by what happened before it. A day back from there is 86,400 seconds, whatever the zone. What happened
exactly \`withinDays\` days before counts no more, and a client serviced exactly 30 days ago has 30 \`daysSinceLastService\`.

## What can be given

| parameter | value | meaning |
|---|---|---|`;

const FACTS = `
## The facts

| fact | value | ops | parameters | meaning |
|---|---|---|---|---|`;

/** @returns the reference of rules, in Markdown: what docs/reference/segment-rules.md holds */
export function ruleReference(): string {
  const parameters = Object.entries(ruleParameters).map(
    ([name, { about, value }]) => `| \`${name}\` | ${value.says} | ${about} |`,
  );
  return [INTRO, ...parameters, FACTS, ...Object.entries(segmentFacts).map(row), ''].join('\n');
}

function row([name, fact]: [string, SegmentFact]): string {
  const { about, value, absent, needs = [], takes = [] } = fact;
  const ops = Object.keys(operatorsOf(fact)).map((op) => `\`${op}\``);
  const parameters = [...needs.map((one) => `\`${one}\``), ...takes.map((one) => `\`${one}\` (optional)`)];
  const meaning = absent === undefined ? about : `${about}; none: ${absent}`;
  return `| \`${name}\` | ${value.says} | ${ops.join(', ')} | ${parameters.join(', ')} | ${meaning} |`;
}

/** @returns the JSON schema of rules as a document of its own: what docs/reference/segment-rule.schema.json holds */
export function ruleSchemaDocument(): string {
  const { description, anyOf } = ruleSchema('#/definitions/SegmentRule');
  return `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Rule of a segment, version ${RULE_VERSION}",
  "$ref": "#/definitions/SegmentRule",
  "definitions": {
    "SegmentRule": {
      "description": ${JSON.stringify(description)},
      "anyOf": [
${anyOf.map((one) => `        ${JSON.stringify(one)}`).join(',\n')}
      ]
    }
  }
}
`;
}
