/**
 * Reads expectation comments (`// want RULE /pattern/`, `// may RULE`) and compares them with what was reported.
 */
interface Expectation {
  readonly line: number;
  /** `want`: must be reported. `may`: is allowed. */
  readonly kind: 'want' | 'may';
  readonly rule: string;
  readonly pattern: RegExp | undefined;
}

export interface Report {
  readonly line: number;
  /** Without the plugin's prefix; `undefined` for what is no rule's report, as a syntax error. */
  readonly rule: string | undefined;
  readonly message: string;
}

const comment = /\/\/\s*(want|may)\s+((?:(?!\/\/\s*(?:want|may)\s).)+)/g;
const separator = /,(?![^/]*\/\s*(?:,|$))/;
const entry = /^\s*([a-z][a-z-]+)\s*(?:\/(.*)\/)?\s*$/;

/** The expectations of a module, in the order of its lines. Throws on a comment that starts as one and cannot be read. */
export function expectationsIn(text: string): Expectation[] {
  return text.split('\n').flatMap((source, index) =>
    [...source.matchAll(comment)].flatMap(([, kind, entries]) =>
      (entries ?? '').split(separator).map((part) => {
        const [, rule, pattern] = entry.exec(part) ?? [];
        if (rule === undefined) throw new Error(`line ${index + 1}: cannot read the expectation in: ${source.trim()}`);
        return {
          line: index + 1,
          kind: kind as Expectation['kind'],
          rule,
          pattern: pattern === undefined ? undefined : new RegExp(pattern),
        };
      }),
    ),
  );
}

/**
 * What is wrong, a line each and readable as it stands; empty when every `want` has its report and every report its `want` or `may`.
 * One `want` takes one report; a `may` takes any number.
 */
export function differences(expectations: readonly Expectation[], reports: readonly Report[], file: string): string[] {
  const open = expectations.filter(({ kind }) => kind === 'want');
  const allowed = expectations.filter(({ kind }) => kind === 'may');
  const wrong: { line: number; text: string }[] = [];

  for (const report of reports) {
    const met = open.findIndex((want) => isAbout(want, report) && (want.pattern?.test(report.message) ?? true));
    if (met >= 0) open.splice(met, 1);
    else if (!allowed.some((may) => isAbout(may, report)))
      wrong.push({ line: report.line, text: `surprise ${report.rule ?? 'error'}: ${report.message}` });
  }
  for (const { line, rule, pattern } of open)
    wrong.push({ line, text: `missed ${rule}${pattern === undefined ? '' : ` with a message like ${String(pattern)}`}` });

  return wrong.sort((a, b) => a.line - b.line).map(({ line, text }) => `${file}:${line} ${text}`);
}

function isAbout(expectation: Expectation, report: Report): boolean {
  return expectation.line === report.line && expectation.rule === report.rule;
}
