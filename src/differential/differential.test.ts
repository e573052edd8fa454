/** The rules and the reference runtime agree, line by line, on generated programs. */
import { expect, test } from 'vitest';
import { compare } from './compare.js';
import { generate } from './generator/program.js';
import { observe } from './oracle/observe.js';
import { print } from './print.js';
import { shrink } from './shrink.js';
import { line, compound, countStatements } from './tree.js';
import { errorsIn } from './typecheck.js';

const PROGRAMS = 300;
const SEED = 20_000;

test(`${PROGRAMS} programs`, { timeout: 600_000 }, () => {
  const disagreements: string[] = [];
  let violating = 0;
  for (let index = 0; index < PROGRAMS; index++) {
    const text = print(generate(SEED + index));
    // A mistake may leave a program that no compiler accepts: that one says nothing.
    const comparison = errorsIn(text).length > 0 ? undefined : compare(text);
    if (comparison === undefined) continue;
    if (comparison.agreed.length > 0) violating++;
    disagreements.push(
      ...comparison.disagreements.map(({ kind, line: at, rule }) => `program ${index}, line ${at}: ${kind} ${rule}\n${text}`),
    );
  }
  expect(disagreements).toEqual([]);
  // Programs without a mistake, or whose mistakes nobody sees, would agree on nothing.
  expect(violating).toBeGreaterThan(PROGRAMS / 10);
});

const leaking = `import { NT_SUCCESS, WSK_NO_WAIT, WSK_PROVIDER_NPI, WSK_REGISTRATION, WskCaptureProviderNPI, WskDeregister, WskRegister, type NTSTATUS, type WSK_CLIENT_NPI } from 'eslint-plugin-driver-contracts/runtime';
const client: WSK_CLIENT_NPI = { ClientContext: null, Dispatch: { Version: 0x100, Reserved: 0, WskClientEvent: null } };
export function start(flag: boolean): NTSTATUS {
  const registration = new WSK_REGISTRATION();
  const status = WskRegister(client, registration);
  if (!NT_SUCCESS(status) || flag) return status;
  WskDeregister(registration);
  return WskCaptureProviderNPI(registration, WSK_NO_WAIT, new WSK_PROVIDER_NPI());
}
`;

test('the oracle tells what some run breaks, by line and rule', () => {
  const { violations, complete } = observe(leaking);
  expect([...violations].sort()).toEqual(['5:paired-registration', '8:capture-after-registration']);
  expect(complete).toBe(true);
});

test('the same seed makes the same program', () => {
  expect(print(generate(7))).toBe(print(generate(7)));
  expect(print(generate(7))).not.toBe(print(generate(8)));
});

test('a program is shrunk to what shows it', () => {
  const program = [compound(['function f(): void', [line('a();'), compound(['if (x)', [line('b();'), line('c();')]])]])];
  const small = shrink(program, (smaller) => JSON.stringify(smaller).includes('c();'));
  expect(countStatements(small)).toBe(2);
});
