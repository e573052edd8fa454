/** A tree as the text of a module: with the imports that it needs, and without functions that nobody calls. */
import { roles } from '../contracts/roles.js';
import * as runtime from '../runtime/index.js';
import type { Statement } from './tree.js';

const types = [
  'NTSTATUS',
  'WSK_CLIENT_NPI',
  'WSK_CLIENT_DISPATCH',
  'KIRQL',
  'HANDLE',
  'NPI_CLIENT_CHARACTERISTICS',
  'NPI_PROVIDER_CHARACTERISTICS',
  'WSK_CLIENT_CONNECTION_DISPATCH',
  'WSK_CLIENT_LISTEN_DISPATCH',
  'WSK_PROVIDER_SOCKET_DISPATCH',
] as const;
const host = ['probe', 'log', 'work', 'pause'] as const;

function* linesOf(statements: readonly Statement[], indent: string): Generator<string> {
  for (const statement of statements) {
    if (statement.kind === 'line') {
      yield indent + statement.text;
      continue;
    }
    for (const [index, { head, body }] of statement.parts.entries()) {
      yield `${indent}${index === 0 ? '' : '} '}${head}${head === '' ? '' : ' '}{`;
      yield* linesOf(body, `${indent}  `);
    }
    yield `${indent}}${statement.tail ?? ''}`;
  }
}

const declared = /^(?:async )?(?:function|const|let|class|type) (\w+)/;

/** Declarations of the module that nothing else mentions. */
function withoutUnused(statements: readonly Statement[]): readonly Statement[] {
  const texts = statements.map((statement) => [...linesOf([statement], '')].join('\n'));
  const kept = statements.filter((_, index) => {
    const name = declared.exec(texts[index] ?? '')?.[1];
    if (name === undefined || texts[index]?.includes(': DRIVER_') === true) return true;
    return texts.some((text, other) => other !== index && new RegExp(`\\b${name}\\b`).test(text));
  });
  return kept.length === statements.length ? kept : withoutUnused(kept);
}

export function print(program: readonly Statement[]): string {
  const body = [...linesOf(withoutUnused(program), '')].join('\n');
  const words = new Set(body.match(/\b[A-Za-z_]\w*\b/g));
  const values = Object.keys(runtime).filter((name) => words.has(name));
  const typeNames = [...types, ...Object.keys(roles)].filter((name) => words.has(name)).map((name) => `type ${name}`);
  const hostNames = host.filter((name) => words.has(name));
  return [
    `import { ${[...values, ...typeNames].join(', ')} } from 'eslint-plugin-driver-contracts/runtime';`,
    ...(hostNames.length > 0 ? [`import { ${hostNames.join(', ')} } from './host.js';`] : []),
    '',
    body,
    '',
  ].join('\n');
}
