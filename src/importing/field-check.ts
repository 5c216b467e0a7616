import {
  getMetadataStorage,
  validateSync,
  ValidationTypes,
  type ValidatorConstraintInterface,
} from 'class-validator';

interface Rules {
  readonly property: string;
  readonly conditions: readonly ((object: object, value: unknown) => boolean)[];
  readonly checks: readonly {
    readonly each: boolean;
    readonly constraints: unknown[];
    readonly by: ValidatorConstraintInterface;
  }[];
}

const known = new WeakMap<object, readonly Rules[] | null>();

/**
 * What is wrong with the fields of a line, as class-validator says it.
 *
 * class-validator looks its rules up anew for every object, which is most of what it costs. An import has millions of
 * lines and five classes, so the rules are looked up once here and applied directly; only a line that fails one, which
 * is rare, is put before class-validator itself, for its verdict and its words.
 * @returns one text for each field at fault, none if all is well
 */
export function fieldFaults(type: new () => object, data: Record<string, unknown>): string[] {
  if (passes(rulesOf(type), data)) return [];
  const errors = validateSync(Object.assign(new type(), data), { stopAtFirstError: true });
  return errors.flatMap(({ constraints }) => Object.values(constraints ?? {}));
}

function passes(rules: readonly Rules[] | null, data: Record<string, unknown>): boolean {
  if (rules === null) return false;
  for (const { property, conditions, checks } of rules) {
    const value = data[property];
    if (!conditions.every((holds) => holds(data, value))) continue;
    const args = { targetName: '', property, object: data, value, constraints: [] as unknown[] };
    for (const { each, constraints, by } of checks) {
      args.constraints = constraints;
      if (each && Array.isArray(value)) {
        if (!value.every((item) => by.validate(item, args) === true)) return false;
      } else if (by.validate(value, args) !== true) {
        return false;
      }
    }
  }
  return true;
}

/** @returns null where a class uses more of class-validator than plain rules and conditions */
function rulesOf(type: new () => object): readonly Rules[] | null {
  const found = known.get(type);
  if (found !== undefined) return found;
  const storage = getMetadataStorage();
  const metadata = storage.getTargetValidationMetadatas(type, '', false, false);
  const plain = [ValidationTypes.CUSTOM_VALIDATION, ValidationTypes.CONDITIONAL_VALIDATION];
  const rules = metadata.every((each) => plain.includes(each.type) && !each.validateIf)
    ? Object.entries(storage.groupByPropertyName(metadata)).map(([property, own]) => ({
        property,
        conditions: own
          .filter((each) => each.type === ValidationTypes.CONDITIONAL_VALIDATION)
          .map(({ constraints }) => constraints[0] as Rules['conditions'][number]),
        checks: own
          .filter((each) => each.type === ValidationTypes.CUSTOM_VALIDATION)
          .flatMap(({ each, constraints, constraintCls }) =>
            storage
              .getTargetValidatorConstraints(constraintCls)
              .map(({ instance }) => ({ each, constraints: constraints as unknown[], by: instance })),
          ),
      }))
    : null;
  known.set(type, rules);
  return rules;
}
