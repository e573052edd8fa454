import { describe, expect, it } from 'vitest';
import { modes, parse } from './parse.testing.js';

const from = `from 'eslint-plugin-driver-contracts/runtime'`;

describe.each(modes)('%s: imported bindings', (mode) => {
  it('are named, aliased, namespaces and defaults', () => {
    const { resolver, variable } = parse(
      `import { WskRegister as register, WSK_NO_WAIT, NT_SUCCESS, Out, STATUS_PENDING, KDEFERRED_ROUTINE } ${from};
       import * as wdk ${from};
       import { join } from 'node:path';
       void [register, WSK_NO_WAIT, NT_SUCCESS, Out, wdk, join];`,
      mode,
    );
    expect(resolver.typed).toBe(mode === 'typed');
    expect(resolver.importedBinding(variable('register'))).toEqual({ kind: 'function', name: 'WskRegister' });
    expect(resolver.importedBinding(variable('WSK_NO_WAIT'))).toEqual({ kind: 'constant', name: 'WSK_NO_WAIT', value: 0 });
    expect(resolver.importedBinding(variable('STATUS_PENDING'))).toEqual({ kind: 'constant', name: 'STATUS_PENDING', value: 0x103 });
    expect(resolver.importedBinding(variable('NT_SUCCESS'))).toEqual({ kind: 'statusTest', name: 'NT_SUCCESS' });
    expect(resolver.importedBinding(variable('Out'))).toEqual({ kind: 'class', name: 'Out' });
    expect(resolver.importedBinding(variable('KDEFERRED_ROUTINE'))).toEqual({ kind: 'other', name: 'KDEFERRED_ROUTINE' });
    expect(resolver.importedBinding(variable('join'))).toBeUndefined();
    const namespace = resolver.importedBinding(variable('wdk'));
    expect(namespace).toEqual({ kind: 'namespace', of: 'runtime' });
    if (namespace === undefined) return;
    expect(resolver.member(namespace, 'WskDeregister')).toEqual({ kind: 'function', name: 'WskDeregister' });
    expect(resolver.member(namespace, 'NULL')).toEqual({ kind: 'constant', name: 'NULL', value: null });
    expect(resolver.member({ kind: 'class', name: 'Out' }, 'value')).toBeUndefined();
  });

  it('come from require, import = and import() too', () => {
    const { resolver, variable } = parse(
      `const { WskRegister: register } = require('eslint-plugin-driver-contracts/runtime');
       import wdk = require('eslint-plugin-driver-contracts/runtime');
       const late = await import('eslint-plugin-driver-contracts/runtime');
       const one = require('eslint-plugin-driver-contracts/runtime').WskDeregister;
       void [register, wdk, late, one];`,
      mode,
    );
    expect(resolver.importedBinding(variable('register'))).toEqual({ kind: 'function', name: 'WskRegister' });
    expect(resolver.importedBinding(variable('wdk'))?.kind).toBe('namespace');
    expect(resolver.importedBinding(variable('late'))?.kind).toBe('namespace');
    expect(resolver.importedBinding(variable('one'))).toEqual({ kind: 'function', name: 'WskDeregister' });
  });

  it('come from modules that the settings name', () => {
    const settings = { 'driver-contracts': { modules: ['@acme/kernel', '*/wdk.js'] } };
    const { resolver, variable } = parse(
      `import { WskRegister } from '@acme/kernel'; import { WskDeregister } from '../lib/wdk.js'; import { WskSocket } from './other.js';
       void [WskRegister, WskDeregister, WskSocket];`,
      mode,
      { settings },
    );
    expect(resolver.importedBinding(variable('WskRegister'))?.kind).toBe('function');
    expect(resolver.importedBinding(variable('WskDeregister'))?.kind).toBe('function');
    expect(resolver.importedBinding(variable('WskSocket'))).toBeUndefined();
  });
});

describe('typed: through other files', () => {
  const others = {
    'kit.ts': `export * ${from}; export { WskDeregister as undo } ${from};
      import { WskRegister, KeInitializeDpc } ${from}; import * as wdk ${from};
      export const register = WskRegister; export const TIMEOUT = 250; export const again = TIMEOUT; export let counter = 3;
      export const typedOnly: typeof KeInitializeDpc = (() => {}) as never; export { wdk };
      export function wrapper(): void {} export const instance = new wdk.WSK_REGISTRATION();`,
    'plain.ts': `export const helper = (): void => {};`,
    'types.ts': `import type { KDEFERRED_ROUTINE, NPI_CLIENT_CHARACTERISTICS } ${from};
      export type Dpc = KDEFERRED_ROUTINE; export interface Options { routine: KDEFERRED_ROUTINE | null; characteristics: NPI_CLIENT_CHARACTERISTICS }
      export declare function schedule(routine: KDEFERRED_ROUTINE): void; export declare function fail(): never;`,
  };

  it('follows re-exports, constants and types', () => {
    const { resolver, variable, call } = parse(
      `import { WskRegister, undo, register, TIMEOUT, again, counter, typedOnly, wdk, wrapper, instance } from './kit.js';
       import * as kit from './kit.js'; import * as plain from './plain.js'; import { helper } from './plain.js';
       kit.register(null as never, null as never); wdk.WskDeregister(instance); new kit.WSK_REGISTRATION();
       void [WskRegister, undo, register, TIMEOUT, again, counter, typedOnly, wrapper, plain, helper];`,
      'typed',
      { others },
    );
    const denoted = (name: string): unknown => resolver.importedBinding(variable(name));
    expect(denoted('WskRegister')).toEqual({ kind: 'function', name: 'WskRegister' });
    expect(denoted('undo')).toEqual({ kind: 'function', name: 'WskDeregister' });
    expect(denoted('register')).toEqual({ kind: 'function', name: 'WskRegister' });
    expect(denoted('typedOnly')).toEqual({ kind: 'function', name: 'KeInitializeDpc' });
    expect(denoted('TIMEOUT')).toEqual({ kind: 'constant', name: 'TIMEOUT', value: 250 });
    expect(denoted('again')).toEqual({ kind: 'constant', name: 'TIMEOUT', value: 250 });
    expect(denoted('counter')).toBeUndefined();
    expect(denoted('wrapper')).toBeUndefined();
    expect(denoted('instance')).toBeUndefined();
    expect(denoted('wdk')).toEqual({ kind: 'namespace', of: 'runtime' });
    expect(denoted('plain')).toBeUndefined();
    expect(denoted('helper')).toBeUndefined();
    const kit = resolver.importedBinding(variable('kit'));
    expect(kit?.kind).toBe('namespace');
    expect(kit && resolver.member(kit, 'register')).toEqual({ kind: 'function', name: 'WskRegister' });
    expect(kit && resolver.member(kit, 'wrapper')).toBeUndefined();
    expect(resolver.callee(call('kit.register'))).toEqual({ kind: 'function', name: 'WskRegister' });
    expect(resolver.callee(call('wdk.WskDeregister'))).toEqual({ kind: 'function', name: 'WskDeregister' });
    expect(resolver.callee(call('kit.WSK_REGISTRATION'))).toEqual({ kind: 'class', name: 'WSK_REGISTRATION' });
    expect(resolver.structureOf(call('kit.WSK_REGISTRATION'))).toBe('WSK_REGISTRATION');
  });

  it('follows role types', () => {
    const { resolver, fn, call } = parse(
      `import type { Dpc, Options } from './types.js'; import { schedule, fail } from './types.js';
       const a: Dpc = () => {};
       const options: Options = { routine: function b() {}, characteristics: { ClientAttachProvider: function c() { return 0; }, ClientDetachProvider: () => 0 } };
       schedule(function d() {}); [1].forEach(function e() {}); fail(); schedule(a); void options;`,
      'typed',
      { others },
    );
    for (const name of ['a', 'b', 'd']) expect(resolver.roleOf(fn(name))).toEqual({ role: 'KDEFERRED_ROUTINE', by: 'type' });
    expect(resolver.roleOf(fn('c'))).toEqual({ role: 'NPI_CLIENT_ATTACH_PROVIDER_FN', by: 'position' });
    expect(resolver.roleOf(fn('e'))).toBeUndefined();
    expect(resolver.neverReturns(call('fail') as never)).toBe(true);
    expect(resolver.neverReturns(call('schedule') as never)).toBe(false);
  });
});

describe.each(modes)('%s: callees and structures', (mode) => {
  it('know the members of a captured NPI', () => {
    const { resolver, call, fn, find } = parse(
      `import { WSK_PROVIDER_NPI, DRIVER_OBJECT, Out, HANDLE, WSK_REGISTRATION, ExAllocatePool2, DRIVER_INITIALIZE } ${from};
       class Context { readonly registration = new WSK_REGISTRATION(); handle: Out<HANDLE> | null = null; }
       function use(npi: WSK_PROVIDER_NPI, own: { WskSocket(): void }) {
         npi.Dispatch.WskSocket(); own.WskSocket(); const { Dispatch } = npi; Dispatch.WskFreeAddressInfo();
         const context = ExAllocatePool2(0x40, Context, 1); probe(context.registration); other(context.handle);
       }
       declare function probe(x: unknown): void; declare function other(x: unknown): void;
       const entry: DRIVER_INITIALIZE = (driver) => { look(driver); return 0; }; declare function look(x: unknown): void;`,
      mode,
    );
    expect(resolver.callee(call('npi.Dispatch.WskSocket'))).toEqual({ kind: 'dispatchMember', name: 'WskSocket' });
    expect(resolver.callee(call('Dispatch.WskFreeAddressInfo'))).toEqual({ kind: 'dispatchMember', name: 'WskFreeAddressInfo' });
    expect(resolver.callee(call('own.WskSocket'))).toBeUndefined();
    const [npi] = fn('use').params;
    expect(npi && resolver.structureOf(npi)).toBe('WSK_PROVIDER_NPI');
    expect(resolver.structureOf(call('probe').arguments[0] as never)).toBe('WSK_REGISTRATION');
    expect(resolver.structureOf(call('other').arguments[0] as never)).toBe('Out');
    expect(resolver.structureOf(call('look').arguments[0] as never)).toBe('DRIVER_OBJECT');
    expect(resolver.structureOf(find((node) => node.type === 'Program'))).toBeUndefined();
  });

  it('follow constants of the file', () => {
    const { resolver, call, variable } = parse(
      `import * as wdk ${from}; const { WskRegister: register } = wdk; const undo = wdk.WskDeregister; let later = wdk.WskDeregister;
       register(null as never, null as never); undo(null as never); unknown(); declare function unknown(): void; later = undo;`,
      mode,
    );
    expect(resolver.callee(call('register'))).toEqual({ kind: 'function', name: 'WskRegister' });
    expect(resolver.callee(call('undo'))).toEqual({ kind: 'function', name: 'WskDeregister' });
    expect(resolver.callee(call('unknown'))).toBeUndefined();
    expect(resolver.importedBinding(variable('register'))).toBeUndefined();
  });
});

describe.each(modes)('%s: never', (mode) => {
  it('is what a function promises', () => {
    const { resolver, fn } = parse(`function a(): never { throw new Error(); } const b = (): void => {}; function c() {}`, mode);
    expect(['a', 'b', 'c'].map((name) => resolver.neverReturns(fn(name)))).toEqual([true, false, false]);
  });
});
