/** One function of a given number of statements, in shapes that are hard on an analysis by paths. All are correct: nothing is to be reported. */

const imports = `import {
  NT_SUCCESS, STATUS_SUCCESS, WSK_NO_WAIT, WSK_PROVIDER_NPI, WSK_REGISTRATION,
  WskCaptureProviderNPI, WskDeregister, WskRegister, WskReleaseProviderNPI,
  type NTSTATUS, type WSK_CLIENT_NPI,
} from 'eslint-plugin-driver-contracts/runtime';
declare function note(what: number): void;
declare function serve(npi: WSK_PROVIDER_NPI, what: number): boolean;
`;

const inFunction = (body: string): string => `${imports}
export function generated(client: WSK_CLIENT_NPI, code: number): NTSTATUS {
${body}
}
`;

/** A function that registers, does the rest, and deregisters. */
const whileRegistered = (body: string): string =>
  inFunction(`  const block = new WSK_REGISTRATION();
  const npi = new WSK_PROVIDER_NPI();
  let status = WskRegister(client, block);
  if (!NT_SUCCESS(status)) return status;
${body}
  WskDeregister(block);
  return STATUS_SUCCESS;`);

/** Pieces of so many statements each, until there are enough. */
function pieces(statements: number, perPiece: number, piece: (index: number) => string): string {
  return Array.from({ length: Math.max(1, Math.round(statements / perPiece)) }, (_, index) => piece(index)).join('\n');
}

function flat(statements: number): string {
  const body = pieces(
    statements,
    5,
    (i) => `  const block${i} = new WSK_REGISTRATION();
  const status${i} = WskRegister(client, block${i});
  if (NT_SUCCESS(status${i})) WskDeregister(block${i});
  else note(${i});`,
  );
  return inFunction(`${body}\n  return STATUS_SUCCESS;`);
}

function nest(depth: number, from: number): string {
  const levels = Array.from({ length: depth }, (_, level) => from + level);
  const open = levels.map(
    (i) => `const block${i} = new WSK_REGISTRATION(); const status${i} = WskRegister(client, block${i}); if (NT_SUCCESS(status${i})) {`,
  );
  const close = levels.toReversed().map((i) => `WskDeregister(block${i}); }`);
  return [...open, ...close].join('\n');
}

const DEEPEST = 200;

/** Nested ifs of four statements each, 200 deep; the last nest is as deep as there are statements left. */
function nested(statements: number): string {
  const levels = Math.round(statements / 4);
  const starts = Array.from({ length: Math.ceil(levels / DEEPEST) }, (_, index) => index * DEEPEST);
  return inFunction(`${starts.map((from) => nest(Math.min(DEEPEST, levels - from), from)).join('\n')}\n  return STATUS_SUCCESS;`);
}

/** TypeScript's own parser runs out of stack on a chain of 1,000 `else if`. */
const LONGEST_CHAIN = 400;

function chain(ifs: number): string {
  const link = (i: number): string =>
    i % 10 === 0
      ? `if (code === ${i}) { status = WskCaptureProviderNPI(block, WSK_NO_WAIT, npi); if (NT_SUCCESS(status)) WskReleaseProviderNPI(block); }`
      : `if (code === ${i}) note(${i});`;
  return whileRegistered(pieces(ifs, 1, (i) => `  ${i % LONGEST_CHAIN === 0 ? '' : 'else '}${link(i)}`));
}

function reassigned(statements: number): string {
  return whileRegistered(
    pieces(
      statements,
      5,
      (i) => `  status = WskCaptureProviderNPI(block, WSK_NO_WAIT, npi);
  if (NT_SUCCESS(status)) { serve(npi, ${i}); WskReleaseProviderNPI(block); } else note(${i});`,
    ),
  );
}

function loops(statements: number): string {
  return whileRegistered(
    pieces(
      statements,
      9,
      (i) => `  for (let turn = 0; turn < code; turn++) {
    status = WskCaptureProviderNPI(block, WSK_NO_WAIT, npi);
    if (!NT_SUCCESS(status)) break;
    try {
      if (serve(npi, ${i})) break;
      note(turn);
    } catch { break; } finally { WskReleaseProviderNPI(block); }
  }`,
    ),
  );
}

export const shapes = {
  'flat if/else, a status each': flat,
  'nested 200 deep': nested,
  'a chain of ifs': chain,
  'one status, reassigned': reassigned,
  'loops, break, try/finally': loops,
} as const;

export type Shape = keyof typeof shapes;
