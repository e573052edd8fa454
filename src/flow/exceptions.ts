/**
 * `try`, `catch`, `finally` and `using`. What runs on the way out is lowered once for each way out that the code takes, and each copy goes on
 * where it was going. Disposal works like a `finally` that belongs to the value, not to the variable.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { BlockId, Node, Temp } from './graph.js';
import type { Builder, Steps } from './builder.js';
import { done } from './builder.js';
import { prepare } from './patterns.js';
import type { Cleanup, Region, Way } from './regions.js';
import { nameOfWay } from './regions.js';

export function lowerTry(node: TSESTree.TryStatement, b: Builder): Steps {
  const { finalizer } = node;
  if (finalizer === null) return guarded(node, b);
  const cleanup = b.enterCleanup(finalizer, () => [finalizer], true);
  return [() => guarded(node, b), () => leaveCleanup(b, cleanup)];
}

function guarded({ block, handler }: TSESTree.TryStatement, b: Builder): Steps {
  if (handler === null) return [block];
  const after = b.block();
  const region = b.enterHandler();
  const leave = (): Steps => {
    b.region = region.outer;
    b.goto(after);
    b.start(region.to);
    return done;
  };
  const end = (): Steps => {
    b.goto(after);
    b.start(after);
    return done;
  };
  return [block, leave, () => catchInto(b, handler), end];
}

function catchInto(b: Builder, { param, body }: TSESTree.CatchClause): Steps {
  const exception = b.define({ kind: 'catch', target: b.temp(), node: param ?? body });
  if (param !== null) prepare(b, param, true)(exception);
  return [body];
}

/** The end of what a cleanup guards: the copy for the normal way, then the others. */
function leaveCleanup(b: Builder, cleanup: Cleanup): Steps {
  const end = b.block();
  b.region = cleanup.outer;
  const endCopy = (): Steps => {
    b.goto(end);
    return done;
  };
  const start = (): Steps => {
    b.start(end);
    return done;
  };
  return [...(b.isLive ? cleanup.body() : done), endCopy, ...copiesOf(b, cleanup), start];
}

/** The copies for all ways out that were taken. */
export function copiesOf(b: Builder, cleanup: Cleanup): Steps {
  return [...cleanup.copies].map(
    ([way, copy]) =>
      () =>
        lowerCopy(b, cleanup, way, copy),
  );
}

function lowerCopy(b: Builder, cleanup: Cleanup, way: Way, copy: BlockId): Steps {
  const { wayOut } = b;
  b.wayOut = [wayOut, nameOfWay(way)].filter((name) => name !== '').join(', ');
  b.start(copy);
  const exception = way === 'throw' ? b.define({ kind: 'catch', target: b.temp(), node: cleanup.node }) : null;
  const goOn = (): Steps => {
    if (exception !== null) b.emit({ kind: 'setThrow', value: exception, node: cleanup.node });
    b.jump(way);
    b.wayOut = wayOut;
    return done;
  };
  return [...cleanup.body(), goOn];
}

/** From here to the end of the scope, leaving disposes of the value. */
export function openResource(b: Builder, node: TSESTree.VariableDeclarator, value: Temp, isAsync: boolean): void {
  const body = (): Steps => {
    dispose(b, node, value, isAsync);
    return done;
  };
  b.enterCleanup(node, body, false);
}

/** Disposes of what was opened since the scope began, last first. */
export function leaveResources(b: Builder, outer: Region | null): Steps {
  const { region } = b;
  if (region === outer || region?.kind !== 'cleanup') return done;
  return [...leaveCleanup(b, region), () => leaveResources(b, outer)];
}

function dispose(b: Builder, node: Node, value: Temp, isAsync: boolean): void {
  const [present, end] = [b.block(), b.block()];
  b.branch(b.unary(node, 'isNullish', value), node, end, present);
  b.start(present);
  const callee = isAsync ? asyncDispose(b, node, value) : b.readName(node, value, '@@dispose');
  const result = b.invoke({ kind: 'call', target: b.temp(), callee, receiver: value, args: [], node });
  if (isAsync) b.invoke({ kind: 'await', target: b.temp(), operand: result, node });
  b.goto(end);
  b.start(end);
}

function asyncDispose(b: Builder, node: Node, value: Temp): Temp {
  const [method, missing, end] = [b.temp(), b.block(), b.block()];
  const own = b.readName(node, value, '@@asyncDispose');
  b.copy(node, method, own);
  b.branch(b.unary(node, 'isNullish', own), node, missing, end);
  b.start(missing);
  b.copy(node, method, b.readName(node, value, '@@dispose'));
  b.goto(end);
  b.start(end);
  return method;
}
