/** Parts of the documentation that are made from the tables; `docs.test.ts` checks that they are up to date (`UPDATE_PAGES=1 npx vitest run src/docs.test.ts` and `npm run format` write them anew). */
import { clauses, type ClauseId } from '../contracts/clauses.js';
import plugin from '../index.js';
import { shownIn, type FixtureName, type NotReported } from './clause-fixtures.js';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

function linkTo(fixture: FixtureName): string {
  const [path, name] = fixture.split('#');
  return `[${name}](../fixtures/${path})`;
}

/** The defects that show a clause, or why there are none. */
function fixturesOf(id: ClauseId): string {
  const shown: NotReported | Readonly<Record<string, FixtureName>> = shownIn[id];
  if ('because' in shown) return `${shown.because}: ${linkTo(shown.see)}`;
  return [...new Set(Object.values(shown).map(linkTo))].join(', ');
}

/** `docs/contracts.md`: every clause, the rules that report it, fixtures that show its violation, what the runtime does. */
export function contractsPage(): string {
  const rows = Object.entries(clauses).map(([id, { sentence, rules, runtime }]) => [
    id,
    sentence,
    rules.length === 0 ? 'none' : rules.map((name) => `[${name}](rules/${name}.md)`).join(', '),
    fixturesOf(id as ClauseId),
    runtime,
  ]);
  return [
    '# Contracts',
    '',
    'Every documented sentence that a caller can break, in our words; made from `src/contracts/clauses.ts` and `src/testing/clause-fixtures.ts`. A',
    'clause without a rule describes behaviour, or something that must not be reported. For each rule of a clause a fixture shows a violation; what is',
    'right stands beside it, in the same file or in its twin that ends in `.ok.ts`.',
    '',
    table(['clause', 'what holds', 'rule', 'shown in', 'the runtime'], rows),
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
