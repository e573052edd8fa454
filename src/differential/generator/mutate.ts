/** Mistakes that programmers make: a statement forgotten, doubled or moved, a test turned round, another block named. */
import type { Random } from '../../bench/random.js';
import { line, rewritings, type Statement } from '../tree.js';

function* mistakes(statement: Statement): Generator<readonly Statement[]> {
  if (statement.kind === 'line') {
    const { text } = statement;
    // No clause says what happens to a lock that is initialised while it is held.
    if (/^\w+\(.*\);$/.test(text) && !text.includes('Initialize')) {
      yield [];
      yield [statement, statement];
    }
    if (text.startsWith('return')) yield [];
    for (const [from, to] of [
      ['block0', 'block1'],
      ['block1', 'block0'],
    ] as const)
      if (text.includes(from) && !/^const/.test(text)) yield [line(text.replaceAll(from, to))];
    if (/^return (?:status|result)\d+;/.test(text)) yield [line('return STATUS_SUCCESS;')];
    return;
  }
  const [first, ...others] = statement.parts;
  if (first === undefined) return;
  const condition = /^(if|while) \((.*)\)$/.exec(first.head);
  if (condition !== null) {
    yield [{ ...statement, parts: [{ ...first, head: `${condition[1] ?? ''} (!(${condition[2] ?? ''}))` }, ...others] }];
    yield first.body;
  }
  const { body } = first;
  for (let index = 0; index + 1 < body.length; index++) {
    const [a, b] = [body[index], body[index + 1]];
    if (a === undefined || b === undefined || [a, b].some((each) => each.kind === 'line' && /^(?:const|let) |Initialize/.test(each.text)))
      continue;
    yield [{ ...statement, parts: [{ ...first, body: [...body.slice(0, index), b, a, ...body.slice(index + 2)] }, ...others] }];
  }
}

/** One mistake, somewhere in a function that can be entered. */
export function mutate(random: Random, program: readonly Statement[]): readonly Statement[] {
  const all = [...rewritings(program, mistakes)];
  return all[random.int(Math.max(1, all.length))] ?? program;
}
