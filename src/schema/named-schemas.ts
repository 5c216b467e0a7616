/**
 * JSON schemas that the API description has under a name of their own, because they speak of themselves (a tree of rules),
 * which no class of fields can.
 */
const named = new Map<string, object>();

const refTo = (name: string): string => `#/components/schemas/${name}`;

/**
 * Gives a schema a name.
 * @param schema made for a reference to itself
 * @returns a reference to it, for the schema of a field
 */
export function nameSchema(name: string, schema: (self: string) => object): { readonly $ref: string } {
  const $ref = refTo(name);
  named.set(name, schema($ref));
  return { $ref };
}

/** @returns the schemas by name */
export const namedSchemas = (): Record<string, object> => Object.fromEntries(named);
