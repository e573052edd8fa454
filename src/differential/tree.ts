/** A program as a tree of statements, each on a line of its own: what is generated, changed and shrunk. */

export type Statement = Line | Compound;

interface Line {
  readonly kind: 'line';
  readonly text: string;
}

/** `if … else …`, `try … finally …`, a loop, a function, a class: heads, each with a body in braces. */
interface Compound {
  readonly kind: 'compound';
  readonly parts: readonly Part[];
  /** What follows the last brace: of a `do`, or of a function that is an argument. */
  readonly tail?: string;
}

interface Part {
  readonly head: string;
  readonly body: readonly Statement[];
}

export const line = (text: string): Line => ({ kind: 'line', text });

export const compound = (...parts: readonly (readonly [head: string, body: readonly Statement[]])[]): Compound => ({
  kind: 'compound',
  parts: parts.map(([head, body]) => ({ head, body })),
});

/** Every program brought about by one change of a list of statements; `change` says what one statement may become. */
export function* rewritings(
  statements: readonly Statement[],
  change: (statement: Statement) => Iterable<readonly Statement[]>,
): Generator<readonly Statement[]> {
  for (const [index, statement] of statements.entries()) {
    const replaced = (by: readonly Statement[]): Statement[] => [...statements.slice(0, index), ...by, ...statements.slice(index + 1)];
    for (const by of change(statement)) yield replaced(by);
    if (statement.kind === 'line') continue;
    for (const [at, part] of statement.parts.entries()) {
      for (const body of rewritings(part.body, change)) {
        yield replaced([{ ...statement, parts: statement.parts.map((each, which) => (which === at ? { ...part, body } : each)) }]);
      }
    }
  }
}

export function countStatements(statements: readonly Statement[]): number {
  return statements.reduce(
    (sum, statement) =>
      sum + 1 + (statement.kind === 'line' ? 0 : statement.parts.reduce((inner, { body }) => inner + countStatements(body), 0)),
    0,
  );
}
