/** Which objects can be got at from some values, and by which path. */

/** By object: the first path found, such as `state.registration`. */
export function reachableFrom(roots: Readonly<Record<string, unknown>>): Map<object, string> {
  const paths = new Map<object, string>();
  const pending: (readonly [string, unknown])[] = Object.entries(roots);
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const [path, value] = next;
    if (typeof value !== 'object' || value === null || paths.has(value)) continue;
    paths.set(value, path);
    if (value instanceof Map) for (const [key, element] of value) pending.push([`${path}[]`, key], [`${path}[]`, element]);
    else if (value instanceof Set || Array.isArray(value)) for (const element of value) pending.push([`${path}[]`, element]);
    else for (const [key, member] of Object.entries(value)) pending.push([`${path}.${key}`, member]);
  }
  return paths;
}

/** Values by their index, to be looked at like members. */
export const byIndex = (values: readonly unknown[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(values.map((value, index) => [String(index), value]));
