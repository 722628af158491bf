/** Fields that say whose something is. */
const naming = /(?:^o|O)rgIds?$|(?:^p|P)ersonRefs?$/;

/**
 * What is shown of a value to a viewer who is answered `own` (domain 3.2): all of it, less the items of lists that name
 * an organisation or a person other than the viewer's own. `name` is that of the field that holds it. Pure.
 */
export function ownPart(value: unknown, own: ReadonlySet<string>, name: string): unknown {
  if (Array.isArray(value))
    return value.filter((item) => namesOnly(item, own, name)).map((item) => ownPart(item, own, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, ownPart(item, own, field)]));
}

function namesOnly(value: unknown, own: ReadonlySet<string>, name: string): boolean {
  if (typeof value === 'string') return !naming.test(name) || own.has(value);
  if (typeof value !== 'object' || value === null) return true;
  const parts = Array.isArray(value) ? value.map((item) => [name, item] as const) : Object.entries(value);
  return parts.every(([field, item]) => namesOnly(item, own, field));
}
