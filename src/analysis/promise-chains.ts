/** What the text around a `then`, `catch` or `finally` tells of the chain that it is part of. */
import type { Node } from '../flow/graph.js';
import { isFunction, parentOf } from './program.js';

export interface Chain {
  /** Nothing runs between the call and the end of the chain: the promise is awaited, or given to the caller, where it is made. */
  readonly isWaitedFor: boolean;
  /** Somebody in the chain, or around the `await` of it, handles a rejection. */
  readonly isHandled: boolean;
}

/** `mayThrow`: what is thrown where the call stands is handled, there or by whoever called. */
export function chainFrom(call: Node, mayThrow: boolean): Chain {
  let isHandled = handlesRejection(call);
  let at = call;
  for (let next = linkAfter(at); next !== undefined; next = linkAfter(at)) {
    at = next;
    isHandled ||= handlesRejection(at);
  }
  const parent = parentOf(at);
  const isAwaited = parent?.type === 'AwaitExpression';
  const isGiven = parent?.type === 'ReturnStatement' || (parent?.type === 'ArrowFunctionExpression' && parent.body === at);
  // A `try` around a `return` does not wait for the promise.
  const handles = mayThrow && (isAwaited || (isGiven && !isInsideTry(parent)));
  return { isWaitedFor: isAwaited || isGiven, isHandled: isHandled || handles };
}

/** A call that gives a promise, as what is done with its value tells: it may reject, and does not throw. */
export const givesPromise = (call: Node): boolean => linkAfter(call) !== undefined;

function isInsideTry(node: Node): boolean {
  for (let at: Node | undefined = node; at !== undefined && !isFunction(at); at = parentOf(at)) if (at.type === 'TryStatement') return true;
  return false;
}

/** The call of a method on what the node gives. */
function linkAfter(node: Node): Node | undefined {
  const member = parentOf(node);
  if (member?.type !== 'MemberExpression' || member.object !== node || !isReaction(member.property)) return undefined;
  return member.parent.type === 'CallExpression' && member.parent.callee === member ? member.parent : undefined;
}

const isReaction = (property: Node): boolean => property.type === 'Identifier' && ['then', 'catch', 'finally'].includes(property.name);

function handlesRejection(call: Node): boolean {
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression' || call.callee.property.type !== 'Identifier') return false;
  const { name } = call.callee.property;
  return (name === 'catch' && call.arguments.length > 0) || (name === 'then' && call.arguments.length > 1);
}
