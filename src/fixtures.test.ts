import { describe, expect, test } from 'vitest';
import { differences, expectationsIn } from './testing/expectations.js';
import { documentedExamples, lintExamples, lintFixtures, modes } from './testing/fixtures.js';

describe.each(modes)('fixtures, %s', async (mode) => {
  for (const { name, text, reports } of await lintFixtures(mode))
    test(name, () => {
      expect(differences(expectationsIn(text), reports, `fixtures/${name}`)).toEqual([]);
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
