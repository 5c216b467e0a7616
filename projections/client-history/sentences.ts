/** What a sentence may be made of; what is not there is left out. */
type Part = string | false | 0 | undefined;

export const sentence = (...parts: Part[]): string => parts.filter(Boolean).join(', ');
export const after = (head: string, details: string): string => (details ? `${head}: ${details}` : head);
export const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);
/** `follow_up_needed` → `follow up needed` */
export const spaced = (name: string): string => name.replaceAll('_', ' ');

export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

export function inBrackets(...parts: Part[]): string {
  const said = sentence(...parts);
  return said ? ` (${said})` : '';
}
