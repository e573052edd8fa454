/**
 * The language's own library: it keeps nothing that it is handed (interface, section 6, "Library code"), runs callbacks in place,
 * and never reports. What it gives back has no name, except for the few cases listed here.
 */
import { callArrayMethod } from './array-methods.js';
import { bind } from './bound-functions.js';
import { callFunction } from './calls.js';
import { callCollection, isCollectionConstructor, makeCollection } from './collections.js';
import { isDeclaredString } from './declared.js';
import { callStack, isStackConstructor, makeStack } from './disposal.js';
import type { Engine } from './engine.js';
import { callIteratorMethod } from './generators.js';
import { runCallbacks } from './library-callbacks.js';
import { argumentList, callStatic } from './library-objects.js';
import { namedCall } from './operators.js';
import type { CallTarget, Outcome } from './outcomes.js';
import { callPromiseFunction, callPromiseMethod, settle } from './promises.js';
import type { State } from './state.js';
import { TOP, type Atom } from './values.js';

/** Names without a declaration that keep nothing of what they are handed. */
const pureGlobals = new Set([
  'AggregateError',
  'Array',
  'AsyncDisposableStack',
  'DisposableStack',
  'ArrayBuffer',
  'Atomics',
  'BigInt',
  'Boolean',
  'console',
  'DataView',
  'Date',
  'Error',
  'EvalError',
  'Float32Array',
  'Float64Array',
  'Int16Array',
  'Int32Array',
  'Int8Array',
  'Intl',
  'isFinite',
  'isNaN',
  'JSON',
  'Map',
  'Math',
  'Number',
  'Object',
  'parseFloat',
  'parseInt',
  'performance',
  'Promise',
  'RangeError',
  'ReferenceError',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'structuredClone',
  'Symbol',
  'SyntaxError',
  'TextDecoder',
  'TextEncoder',
  'TypeError',
  'Uint16Array',
  'Uint32Array',
  'Uint8Array',
  'URIError',
  'WeakMap',
  'WeakRef',
  'WeakSet',
  '[array]',
  '[primitive]',
  '[object]',
  '[iterator]',
  '[stack]',
  '[promise]',
  '[settle]',
  '[map]',
]);

/** Methods that only keep books: what they are handed, they do not call. */
const keepingBooks = new Set([
  ...['add', 'adopt', 'at', 'clear', 'concat', 'defer', 'delete', 'entries', 'get', 'has', 'includes', 'indexOf', 'join', 'keys', 'move'],
  ...['pop', 'push', 'reverse', 'set', 'shift', 'slice', 'splice', 'toReversed', 'unshift', 'use', 'values'],
]);

/** Calls that are not taken to throw where somebody handles it: keeping books, and making an exception, which is to be thrown. */
export function neverThrows(path: string): boolean {
  const [, root, method] = /^(.*)\.([^.]*)$/.exec(path) ?? [];
  if (root === '[array]' || root === '[map]' || root === '[stack]') return keepingBooks.has(method ?? '');
  // What the body of a generator throws is among its ends.
  if (root === '[iterator]') return method === 'next' || method === 'return';
  return root === '[settle]' || /^\w*Error$/.test(path);
}

/** Undefined when the path is no name of the library. */
export function callLibrary(engine: Engine, state: State, path: string, target: CallTarget): Outcome | undefined {
  const root = path.replace(/^new /, '').split('.')[0] ?? '';
  const method = path.slice(path.lastIndexOf('.') + 1);
  if (path.startsWith('[function].')) return callFunctionMethod(engine, state, method, target);
  if (!pureGlobals.has(root)) return undefined;
  if (isStackConstructor(path)) return makeStack(engine, state, target.node);
  if (root === '[stack]') return callStack(engine, state, method, target) ?? runCallbacks(engine, state, method, target);
  if (isCollectionConstructor(path)) return makeCollection(engine, state, path, target);
  if (root === '[map]') return callCollection(engine, state, method, target) ?? runCallbacks(engine, state, method, target);
  if (root === '[array]') return callArrayMethod(engine, state, method, target);
  if (root === '[iterator]') return callIteratorMethod(engine, state, method, target) ?? runCallbacks(engine, state, method, target);
  if (root === '[settle]') return settle(engine, state, path, target);
  if (root === '[promise]') return callPromiseMethod(engine, state, method, target) ?? runCallbacks(engine, state, method, target);
  if (root === 'Promise') return callPromiseFunction(engine, state, path, target) ?? runCallbacks(engine, state, method, target);
  return callStatic(engine, state, path, target) ?? callPure(engine, state, path, target) ?? runCallbacks(engine, state, method, target);
}

/** Functions that give the same for the same arguments, whatever happened since. */
const pureFunctions = new Set([
  ...['Array.isArray', 'isFinite', 'isNaN', 'Number', 'Number.isFinite', 'Number.isInteger', 'Number.isNaN', 'Number.isSafeInteger'],
  ...['Math.abs', 'Math.ceil', 'Math.floor', 'Math.max', 'Math.min', 'Math.round', 'Math.sign', 'Math.trunc', 'Object.is', 'String'],
]);

/** The same of strings. */
const pureMethods = new Set([
  'charAt',
  'charCodeAt',
  'endsWith',
  'includes',
  'indexOf',
  'startsWith',
  'toLowerCase',
  'toUpperCase',
  'trim',
]);

function callPure({ universe }: Engine, state: State, path: string, { args: { values, more } }: CallTarget): Outcome | undefined {
  if (!pureFunctions.has(path) || more || values.length < 1 || values.length > 2) return undefined;
  const value = namedCall(universe, path, values[0] ?? TOP, values[1] ?? universe.undefined);
  return value === undefined ? undefined : { completes: [{ state, value }], throws: [] };
}

/** A method of something that is declared to be a string; undefined for any other. */
export function callTextMethod(engine: Engine, state: State, callee: Atom, { args: { values, more } }: CallTarget): Outcome | undefined {
  const { universe } = engine;
  const info = universe.info(callee);
  if (info.kind !== 'member' || !pureMethods.has(info.key) || more || values.length > 1) return undefined;
  if (!isDeclaredString(engine, state, info.base)) return undefined;
  const value = namedCall(universe, `[text].${info.key}`, universe.one(info.base), values[0] ?? universe.undefined);
  return value === undefined ? undefined : { completes: [{ state, value }], throws: [] };
}

function callFunctionMethod(engine: Engine, state: State, method: string, target: CallTarget): Outcome | undefined {
  const { universe } = engine;
  const { frame, node, args, receiver, resultIsRead } = target;
  const atom = universe.single(receiver);
  const kind = atom === undefined ? undefined : universe.info(atom).kind;
  if (kind !== 'closure' && kind !== 'external') return undefined;
  const thisValue = args.values[0] ?? TOP;
  const rest = { values: args.values.slice(1), more: args.more };
  switch (method) {
    case 'call':
      return callFunction(engine, frame, state, receiver, thisValue, rest, node, resultIsRead);
    case 'apply':
      return callFunction(engine, frame, state, receiver, thisValue, argumentList(engine, state, args.values[1]), node, resultIsRead);
    case 'bind':
      return rest.more ? undefined : bind(engine, state, receiver, thisValue, rest.values, node);
    default:
      return undefined;
  }
}
