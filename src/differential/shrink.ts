/** Makes a program smaller as long as it keeps a property. */
import { rewritings, type Statement } from './tree.js';

/** A program that takes longer is small enough as it is. */
const MOST_MILLISECONDS = 15_000;

/** What a statement may become: nothing, the inside of one of its parts, itself without one of its parts. */
function* smaller(statement: Statement): Generator<readonly Statement[]> {
  yield [];
  if (statement.kind === 'line') return;
  // The body of a function means nothing outside of it.
  for (const { head, body } of statement.parts)
    if (!/^(?:export|function|class|const|private|public|start|stop|\w+\(.*\):|case|default)/.test(head)) yield body;
  if (statement.parts.length < 2) return;
  for (const [index] of statement.parts.entries()) {
    if (index > 0) yield [{ ...statement, parts: statement.parts.filter((_, which) => which !== index) }];
  }
}

/** The first smaller program that keeps it, again and again until there is none. */
export function shrink(program: readonly Statement[], keeps: (smaller: readonly Statement[]) => boolean): readonly Statement[] {
  const end = Date.now() + MOST_MILLISECONDS;
  let current = program;
  for (let found = true; found;) {
    found = false;
    for (const candidate of rewritings(current, smaller)) {
      if (Date.now() > end) return current;
      if (!keeps(candidate)) continue;
      current = candidate;
      found = true;
      break;
    }
  }
  return current;
}
