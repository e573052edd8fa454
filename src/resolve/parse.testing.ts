/** Parses a module for the tests of this folder, with a program or without, beside a small stand-in for the runtime's declarations. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseForESLint } from '@typescript-eslint/parser';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { SourceCode } from 'eslint';
import ts from 'typescript';
import { isFunction } from './syntax.js';
import type { FunctionNode, Variable } from './external.js';
import { nameOfMember } from './meanings.js';
import { createResolver, type Resolver } from './resolver.js';

export type Mode = 'typed' | 'untyped';
export const modes: readonly Mode[] = ['typed', 'untyped'];

const runtime = `
export type NTSTATUS = number;
export type HANDLE = object | null;
export declare const NULL: null;
export declare const WSK_NO_WAIT: number;
export declare const STATUS_PENDING: NTSTATUS;
export declare const NT_SUCCESS: (Status: NTSTATUS) => boolean;
export declare class Out<T> { value: T; constructor(value?: T); }
export declare class KDPC { }
export declare class WSK_REGISTRATION { }
export interface WSK_PROVIDER_DISPATCH { WskSocket(...args: unknown[]): NTSTATUS; WskFreeAddressInfo: (...args: unknown[]) => void; }
export declare class WSK_PROVIDER_NPI { get Client(): object; get Dispatch(): WSK_PROVIDER_DISPATCH; }
export declare class DRIVER_OBJECT { DriverUnload: DRIVER_UNLOAD | null; }
export interface WSK_CLIENT_DISPATCH { Version: number; Reserved: number; WskClientEvent: PFN_WSK_CLIENT_EVENT | null; }
export interface WSK_CLIENT_NPI { ClientContext: unknown; Dispatch: WSK_CLIENT_DISPATCH; }
export interface NPI_CLIENT_CHARACTERISTICS { ClientAttachProvider: NPI_CLIENT_ATTACH_PROVIDER_FN; ClientDetachProvider: NPI_CLIENT_DETACH_PROVIDER_FN; }
export type DRIVER_INITIALIZE = (DriverObject: DRIVER_OBJECT, RegistryPath: string) => NTSTATUS;
export type DRIVER_UNLOAD = (DriverObject: DRIVER_OBJECT) => void;
export type KDEFERRED_ROUTINE = (Dpc: KDPC, DeferredContext: unknown, SystemArgument1: unknown, SystemArgument2: unknown) => void;
export type KSTART_ROUTINE = (StartContext: unknown) => void;
export type PFN_WSK_CLIENT_EVENT = (ClientContext: unknown, EventType: number) => NTSTATUS;
export type NPI_CLIENT_ATTACH_PROVIDER_FN = (NmrBindingHandle: HANDLE, ClientContext: unknown) => NTSTATUS;
export type NPI_CLIENT_DETACH_PROVIDER_FN = (BindingContext: unknown) => NTSTATUS;
export declare function WskRegister(WskClientNpi: WSK_CLIENT_NPI, WskRegistration: WSK_REGISTRATION): NTSTATUS;
export declare function WskDeregister(WskRegistration: WSK_REGISTRATION): void;
export declare function KeInitializeDpc(Dpc: KDPC, DeferredRoutine: KDEFERRED_ROUTINE, DeferredContext: unknown): void;
export declare function NmrRegisterClient(ClientCharacteristics: NPI_CLIENT_CHARACTERISTICS, ClientContext: unknown, NmrClientHandle: Out<HANDLE>): NTSTATUS;
export declare function ExAllocatePool2<T>(Flags: number, type: new () => T, Tag: number): T | null;
export declare function PsTerminateSystemThread(ExitStatus: NTSTATUS): never;
`;

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  skipLibCheck: true,
  types: [],
  lib: ['lib.es2022.d.ts'],
};

/** The library's files, which all programs share. */
const libraryFiles = new Map<string, ts.SourceFile | undefined>();

function sharingHost(): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version, ...rest) => {
    if (!/[\\/]lib\.[^\\/]*\.d\.ts$/.test(path)) return read(path, version, ...rest);
    if (!libraryFiles.has(path)) libraryFiles.set(path, read(path, version, ...rest));
    return libraryFiles.get(path);
  };
  return host;
}

interface Parsed {
  readonly sourceCode: Readonly<TSESLint.SourceCode>;
  readonly resolver: Resolver;
  /** The first node that the predicate accepts, in source order. */
  readonly find: <T extends TSESTree.Node>(is: (node: TSESTree.Node) => node is T) => T;
  readonly all: () => TSESTree.Node[];
  /** A function by its own name or that of the variable, field or member that it is the value of. */
  readonly fn: (name: string) => FunctionNode;
  readonly variable: (name: string) => Variable;
  /** The first call or `new` whose callee reads like this. */
  readonly call: (callee: string) => TSESTree.CallExpression | TSESTree.NewExpression;
}

/** `others` are further modules of the project, by name. */
export function parse(
  text: string,
  mode: Mode,
  { settings = {}, others = {} }: { settings?: object; others?: Record<string, string> } = {},
): Parsed {
  const parsed =
    mode === 'typed'
      ? typed(text, others)
      : parseForESLint(text, { range: true, loc: true, comment: true, tokens: true, sourceType: 'module' });
  const { ast, scopeManager, visitorKeys, services } = parsed;
  const sourceCode = new SourceCode({
    text,
    ast,
    scopeManager,
    visitorKeys,
    parserServices: services,
  } as never) as unknown as Readonly<TSESLint.SourceCode>;
  // Visiting sets the parents that rules rely on.
  (sourceCode as unknown as { traverse(): unknown }).traverse();
  const nodes: TSESTree.Node[] = [];
  const queue: TSESTree.Node[] = [sourceCode.ast];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    nodes.push(node);
    for (const key of sourceCode.visitorKeys[node.type] ?? []) {
      const child = (node as unknown as Record<string, TSESTree.Node | (TSESTree.Node | null)[] | null | undefined>)[key];
      queue.push(...(Array.isArray(child) ? child : [child]).filter((item) => item !== null && item !== undefined));
    }
  }
  nodes.sort((a, b) => a.range[0] - b.range[0] || b.range[1] - a.range[1]);
  const one = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw new Error(`The test's module has no ${what}`);
    return found;
  };
  return {
    sourceCode,
    resolver: createResolver(sourceCode, settings),
    find: (is) => one(nodes.find(is), 'such node'),
    all: () => nodes,
    fn: (name) =>
      one(
        nodes.filter(isFunction).find((node) => nameOfFunction(node) === name),
        `function ${name}`,
      ),
    variable: (name) =>
      one(
        sourceCode.scopeManager?.scopes.flatMap((scope) => scope.variables).find((variable) => variable.name === name),
        `variable ${name}`,
      ),
    call: (callee) =>
      one(
        nodes
          .filter((node) => node.type === 'CallExpression' || node.type === 'NewExpression')
          .find((node) => sourceCode.getText(node.callee) === callee),
        `call of ${callee}`,
      ),
  };
}

function nameOfFunction(node: FunctionNode): string | undefined {
  if (node.id !== null) return node.id.name;
  let parent: TSESTree.Node = node.parent;
  while (parent.type === 'TSAsExpression' || parent.type === 'TSSatisfiesExpression') parent = parent.parent;
  if (parent.type === 'VariableDeclarator') return parent.id.type === 'Identifier' ? parent.id.name : undefined;
  if (parent.type === 'AssignmentExpression') return parent.left.type === 'Identifier' ? parent.left.name : undefined;
  return nameOfMember(parent);
}

function typed(text: string, others: Record<string, string>): ReturnType<typeof parseForESLint> {
  const root = mkdtempSync(join(tmpdir(), 'driver-contracts-'));
  const files: Record<string, string> = {
    'node_modules/eslint-plugin-driver-contracts/package.json':
      '{ "name": "eslint-plugin-driver-contracts", "type": "module", "exports": { "./runtime": "./runtime/index.js" } }',
    'node_modules/eslint-plugin-driver-contracts/runtime/index.d.ts': runtime,
    'package.json': '{ "name": "a-driver", "type": "module" }',
    ...others,
    'main.ts': text,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  const filePath = join(root, 'main.ts');
  const program = ts.createProgram([filePath], options, sharingHost());
  const parsed = parseForESLint(text, { range: true, loc: true, comment: true, tokens: true, filePath, programs: [program] });
  rmSync(root, { recursive: true });
  return parsed;
}
