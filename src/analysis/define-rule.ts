/** Makes an ESLint rule of a name, its words, and the findings that the analysis has for it. */
import type { TSESLint } from '@typescript-eslint/utils';
import type { ClauseId } from '../contracts/types.js';
import { settingsProblems, type Parser } from '../resolve/index.js';
import { analyze } from './analyze.js';
import type { Finding } from './findings.js';
import { textOf } from './names.js';
import { textOfWords } from './wording.js';

/** The options that every rule takes, and those of its own. */
interface RuleOptions {
  /** Where calls that cannot be seen may throw: only inside `try`, or everywhere. */
  readonly implicitThrow?: 'try' | 'everywhere';
  /** Reports also where nobody can say at which level the code runs. */
  readonly unknownContext?: boolean;
  /** The longest wait that is not excessive, in milliseconds. */
  readonly maxWait?: number;
}

type Schema = Readonly<Record<string, unknown>>;

interface RuleDefinition {
  readonly name: string;
  /** `strict` for rules that are on only in `strict` and `all`. */
  readonly preset: 'recommended' | 'strict';
  readonly clauses: readonly ClauseId[];
  readonly description: string;
  /** By the message ids that the analysis sends. */
  readonly messages: Readonly<Record<string, string>>;
  /** Options of its own, with their defaults. */
  readonly options?: Readonly<Record<string, { readonly schema: Schema; readonly default: unknown }>>;
  /** Findings that the options ask for; all of them without it. */
  readonly includes?: (finding: Finding, options: RuleOptions) => boolean;
}

export type Rule = TSESLint.RuleModule<string, readonly [RuleOptions?]> & {
  readonly preset: RuleDefinition['preset'];
  readonly clauses: readonly ClauseId[];
};

const homepage = 'https://github.com/driver-contracts/eslint-plugin-driver-contracts/blob/main/docs/rules';

const shared = {
  implicitThrow: { schema: { enum: ['try', 'everywhere'] }, default: 'try' },
} as const;

export function defineRule(definition: RuleDefinition): Rule {
  const options = { ...shared, ...definition.options };
  const entries = Object.entries(options);
  const defaults = Object.fromEntries(entries.map(([name, option]) => [name, option.default])) as RuleOptions;
  return {
    preset: definition.preset,
    clauses: definition.clauses,
    meta: {
      type: 'problem',
      docs: { description: definition.description, url: `${homepage}/${definition.name}.md` },
      messages: { ...withCallers(definition.messages), settings: '{{problem}}' },
      schema: [
        {
          type: 'object',
          properties: Object.fromEntries(entries.map(([name, option]) => [name, option.schema])),
          additionalProperties: false,
        } as never,
      ],
      defaultOptions: [defaults],
    },
    create: (context) => {
      const chosen = { ...defaults, ...context.options[0] };
      return {
        'Program:exit'() {
          tellSettings(context);
          const findings = analyze(
            context.sourceCode,
            context.settings,
            { implicitThrow: chosen.implicitThrow === 'everywhere' },
            parserOf(context.languageOptions),
          );
          for (const finding of findings) {
            if (finding.rule !== definition.name || definition.includes?.(finding, chosen) === false) continue;
            context.report({
              node: finding.node,
              ...(finding.loc && { loc: finding.loc }),
              messageId: finding.messageId,
              data: dataOf(finding),
            });
          }
        },
      };
    },
  };
}

/** Every message ends by naming the calls that lead to a node in a helper (interface, section 6). */
const withCallers = (messages: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(messages).map(([id, text]) => [id, `${text}{{callers}}`]));

const dataOf = (finding: Finding): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(finding.data).map(([key, words]) => [key, textOfWords(words, finding.node)])),
  callers: callersOf(finding),
});

function callersOf({ through = [] }: Finding): string {
  if (through.length === 0) return '';
  const calls = through.map((call) => `\`${textOf(call)}\` on line ${call.loc.start.line}`);
  return ` Reached through ${calls.join(', ')}.`;
}

const told = new WeakSet();

/** Settings are the same for all rules: the first one that is on says what is wrong with them, once for each file. */
function tellSettings(context: Readonly<TSESLint.RuleContext<string, readonly [RuleOptions?]>>): void {
  if (told.has(context.sourceCode)) return;
  told.add(context.sourceCode);
  for (const problem of settingsProblems(context.settings))
    context.report({ loc: { line: 1, column: 0 }, messageId: 'settings', data: { problem } });
}

/** The parser that the user's configuration chose; it parses imported files too. */
function parserOf({ parser }: Readonly<TSESLint.FlatConfig.LanguageOptions>): Parser | undefined {
  return typeof parser === 'object' && 'parseForESLint' in parser ? parser : undefined;
}
