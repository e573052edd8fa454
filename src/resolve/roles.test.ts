import { describe, expect, it } from 'vitest';
import { modes, parse, type Mode } from './parse.testing.js';

const names =
  'KDEFERRED_ROUTINE, KSTART_ROUTINE, DRIVER_INITIALIZE, DRIVER_UNLOAD, NPI_CLIENT_CHARACTERISTICS, WSK_CLIENT_NPI, DRIVER_OBJECT';
const head = `import type { ${names} } from 'eslint-plugin-driver-contracts/runtime'; import * as wdk from 'eslint-plugin-driver-contracts/runtime';
  import { KeInitializeDpc as initialize, NmrRegisterClient, WskRegister, Out } from 'eslint-plugin-driver-contracts/runtime';
  void [initialize, NmrRegisterClient, WskRegister, Out];\n`;

const rolesIn = (code: string, mode: Mode): unknown => {
  const { resolver, fn } = parse(head + code, mode);
  const found = resolver.roleOf(fn('f'));
  return found && `${found.role} by ${found.by}`;
};

const dpc = 'KDEFERRED_ROUTINE by type';
const dpcPosition = 'KDEFERRED_ROUTINE by position';
const attach = 'NPI_CLIENT_ATTACH_PROVIDER_FN';

describe.each(modes)('%s: the role of a function', (mode) => {
  it.each([
    ['a declared type', 'const f: KDEFERRED_ROUTINE = () => {};', dpc],
    ['a type of a namespace', 'const f: wdk.KDEFERRED_ROUTINE = () => {};', dpc],
    ['an alias', 'type Mine = KDEFERRED_ROUTINE | null; const f: Mine = () => {};', dpc],
    ['satisfies', 'const f = (() => {}) satisfies KDEFERRED_ROUTINE;', dpc],
    ['a cast', 'const f = (() => {}) as KDEFERRED_ROUTINE;', dpc],
    ['a field', 'class Driver { readonly f: KDEFERRED_ROUTINE = () => {}; }', dpc],
    ['an own interface', 'interface Mine { f: KDEFERRED_ROUTINE } const mine: Mine = { f: () => {} };', dpc],
    ['an assignment', 'let f: KDEFERRED_ROUTINE; f = () => {};', dpc],
    ['an own parameter', 'function schedule(routine: KDEFERRED_ROUTINE): void {} schedule(function f() {});', dpc],
    ['a result', 'function make(): KDEFERRED_ROUTINE { return function f() {}; }', dpc],
    ['a list', 'const list: KDEFERRED_ROUTINE[] = [function f() {}];', dpc],
    ['a default', 'function take(f: KDEFERRED_ROUTINE = function f() {}): void {}', dpc],
    ['a constant that takes it', 'function f() {} const routine: KDEFERRED_ROUTINE = f;', dpc],
    ['a condition', 'declare const on: boolean; const routine: KDEFERRED_ROUTINE = on ? function f() {} : () => {};', dpc],
    ['an import type', "const f: import('eslint-plugin-driver-contracts/runtime').KDEFERRED_ROUTINE = () => {};", dpc],
    ['a parameter of the kit', 'const f: Parameters<typeof initialize>[1] = () => {};', dpc],
    ['another parameter of the kit', 'const f: Parameters<typeof initialize>[2] = () => {};', undefined],
    ['a member of a type', "interface Mine { f: KDEFERRED_ROUTINE } const f: Mine['f'] = () => {};", dpc],
    ['a member of a structure', "const f: DRIVER_OBJECT['DriverUnload'] = () => {};", 'DRIVER_UNLOAD by type'],
    ['a tag', '/** @role KDEFERRED_ROUTINE */ function f() {}', 'KDEFERRED_ROUTINE by tag'],
    [
      'an argument of the kit',
      'initialize(new wdk.KDPC(), () => {}, function g() {}); initialize(new wdk.KDPC(), f, 0); function f() {}',
      dpcPosition,
    ],
    ['an argument through a namespace', 'wdk.KeInitializeDpc(new wdk.KDPC(), function f() {}, 0);', dpcPosition],
    [
      'DriverUnload',
      'const entry: DRIVER_INITIALIZE = (driver) => { driver.DriverUnload = f; return 0; }; function f() {}',
      'DRIVER_UNLOAD by position',
    ],
    [
      'DriverUnload of a parameter',
      'function load(o: DRIVER_OBJECT) { o.DriverUnload = () => f(); o.DriverUnload = f; } function f() {}',
      'DRIVER_UNLOAD by position',
    ],
    [
      'typed characteristics',
      `const c: NPI_CLIENT_CHARACTERISTICS = { ClientAttachProvider: f, ClientDetachProvider: () => 0 }; function f() { return 0; }`,
      `${attach} by position`,
    ],
    [
      'characteristics that are registered',
      `const c = { ClientAttachProvider: f, ClientDetachProvider: () => 0 }; NmrRegisterClient(c, null, new Out<wdk.HANDLE>()); function f() { return 0; }`,
      `${attach} by position`,
    ],
    [
      'a nested table',
      'const npi: WSK_CLIENT_NPI = { ClientContext: null, Dispatch: { Version: 1, Reserved: 0, WskClientEvent: f } }; function f() { return 0; }',
      'PFN_WSK_CLIENT_EVENT by position',
    ],
    [
      'a method of a table',
      `const c: NPI_CLIENT_CHARACTERISTICS = { ClientAttachProvider: () => 0, ClientDetachProvider(f) { return 0; } }; const g = c; function f() {}`,
      undefined,
    ],
    ['no more than its name', 'function f() {} export function DriverEntry() { f(); }', undefined],
    ['the context argument', 'initialize(new wdk.KDPC(), () => {}, f); function f() {}', undefined],
    ['a member of an own type', 'const mine: { DriverUnload: () => void } = { DriverUnload: f }; function f() {}', undefined],
    ['a call of it', 'const routine: KDEFERRED_ROUTINE = () => f(); function f() {}', undefined],
    ['an unknown role tag', '/** @role KDEFERED */ function f() {}', undefined],
    ['itself', 'const f = g; const g = f; function h() { f = f; }', undefined],
  ])('comes from %s', (_what, code, expected) => {
    if (code.startsWith('const f = g')) expect(() => parse(code, mode).resolver.roleOf(parse(code, mode).fn('h'))).not.toThrow();
    else expect(rolesIn(code, mode)).toBe(expected);
  });
});
