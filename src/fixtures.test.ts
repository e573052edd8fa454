import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import plugin from './index.js';
import { differences, expectationsIn } from './testing/expectations.js';
import { documentedExamples, lintExamples, lintFixtures, lintText, modes } from './testing/fixtures.js';

/** What a name says of the function that bears it: a defect that is missed, or a report that should not be. */
const gapNames = /^ *(?:export )?(?:const|function|class)? ?(\w+(?:Missed|FalseReport))\b/;
const declarations = /^ *(?:export )?(?:const|function|class) /;

/** The lines with expectations inside of functions whose names speak of gaps. */
function gapsIn(text: string): { readonly gap: string; readonly line: number; readonly kind: 'want' | 'may' }[] {
  let gap: string | undefined;
  return text.split('\n').flatMap((source, index) => {
    gap = gapNames.exec(source)?.[1] ?? (declarations.test(source) ? undefined : gap);
    if (gap === undefined) return [];
    const name = gap;
    return expectationsIn(source).map(({ kind }) => ({ gap: name, line: index + 1, kind }));
  });
}

describe.each(modes)('fixtures, %s', async (mode) => {
  for (const { name, text, reports } of await lintFixtures(mode)) {
    test(name, () => {
      expect(differences(expectationsIn(text), reports, `fixtures/${name}`)).toEqual([]);
    });

    for (const { gap, line, kind } of gapsIn(text))
      test(`${name}, ${gap}: what is missed is not expected, and a false report that is gone loses its name`, () => {
        expect([gap.endsWith('Missed'), kind]).toEqual([false, 'may']);
        expect(reports.filter((report) => report.line === line)).toHaveLength(1);
      });
  }
});

describe('what type information adds', () => {
  const folder = new URL('../fixtures/flow/type-information/', import.meta.url);
  const page = readFileSync(new URL('../docs/type-information.md', import.meta.url), 'utf8');
  // What stands elsewhere and is typed only is about drivers of several files, not about an exception.
  const typedOnly = readdirSync(folder)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') }))
    .filter(({ text }) => text.startsWith('// typed only: '));

  test('each exception is on its page', () => {
    const listed = [...page.matchAll(/\]\(\.\.\/fixtures\/flow\/type-information\/(.*?)\)/g)].map(([, path]) => path);
    expect([...new Set(listed)].sort()).toEqual(typedOnly.map(({ path }) => path).sort());
  });

  test.each(typedOnly)('$path reports something else without', ({ path, text }) => {
    expect(differences(expectationsIn(text), lintText(text, Object.keys(plugin.rules)), path)).not.toEqual([]);
  });
});

const examples = documentedExamples();

describe.skipIf(examples.length === 0)('examples of the rule pages', () => {
  for (const { name, section, code } of examples)
    test(`${name} stands in the right section`, () => {
      const wants = expectationsIn(code).filter(({ kind }) => kind === 'want');
      expect(wants.length > 0).toBe(section === 'Reported');
    });

  describe.each(modes)('%s', (mode) => {
    for (const { name, text, reports } of lintExamples(examples, mode))
      test(name, () => {
        expect(differences(expectationsIn(text), reports, name)).toEqual([]);
      });
  });
});
