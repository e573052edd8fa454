/** `settings['driver-contracts']`: read once a file. What is wrong is collected as sentences for the user; the defaults then stand in for it. */

export interface ResolveSettings {
  /**
   * Modules that stand for the runtime: specifiers as they are written in imports, or `*` and the end of one (`*` + `/kernel.js`).
   */
  readonly modules: readonly string[];
  readonly problems: readonly string[];
}

const where = "settings['driver-contracts']";
const takes = { modules: 'an array of module specifiers, each a non-empty string' } as const;

export function readSettings(settings: unknown): ResolveSettings {
  const own = isRecord(settings) ? settings['driver-contracts'] : undefined;
  if (own === undefined) return { modules: [], problems: [] };
  if (!isRecord(own)) return { modules: [], problems: [`${where} is ${shown(own)}; it takes an object with the key \`modules\`.`] };
  const problems = Object.keys(own)
    .filter((key) => !Object.hasOwn(takes, key))
    .map(
      (key) =>
        `${where}.${key} does not exist; the settings are ${Object.keys(takes)
          .map((name) => `\`${name}\``)
          .join(', ')}.`,
    );
  const { modules = [] } = own;
  if (isModules(modules)) return { modules, problems };
  return { modules: [], problems: [...problems, `${where}.modules is ${shown(modules)}; it takes ${takes.modules}.`] };
}

/** What is wrong with the settings, as sentences. */
export const settingsProblems = (settings: unknown): readonly string[] => readSettings(settings).problems;

function isModules(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string' && entry.replace(/^\*/, '') !== '');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  try {
    // Functions and symbols have no JSON.
    return typeof value === 'function' || typeof value === 'symbol' ? typeof value : JSON.stringify(value);
  } catch {
    return typeof value;
  }
}
