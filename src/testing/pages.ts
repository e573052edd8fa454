/** Parts of the documentation that are made from the tables; `docs.test.ts` checks that they are up to date (`UPDATE_PAGES=1 npx vitest run src/docs.test.ts` and `npm run format` write them anew). */
import { clauses } from '../contracts/clauses.js';
import plugin from '../index.js';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

/** `docs/contracts.md`: every clause, the rules that report it, what the runtime does. */
export function contractsPage(): string {
  const rows = Object.entries(clauses).map(([id, { sentence, rules, runtime }]) => [
    id,
    sentence,
    rules.length === 0 ? 'none' : rules.map((name) => `[${name}](rules/${name}.md)`).join(', '),
    runtime,
  ]);
  return [
    '# Contracts',
    '',
    'Every documented sentence that a caller can break, in our words; made from `src/contracts/clauses.ts`. A clause without a rule describes',
    'behaviour, or something that must not be reported.',
    '',
    table(['clause', 'what holds', 'rule', 'the runtime'], rows),
    '',
  ].join('\n');
}

/** The table of the rules in the README. */
export function rulesTable(): string {
  const rows = Object.entries(plugin.rules).map(([name, { meta, preset }]) => [
    `[${name}](docs/rules/${name}.md)`,
    meta.docs?.description ?? '',
    preset,
  ]);
  return table(['rule', 'what it does', 'config'], rows);
}
