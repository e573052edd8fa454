/**
 * Member accesses and calls. Chains of them are walked from the inside out without recursion; `?.` leaves the whole chain.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Argument, BlockId, Node, Temp } from './graph.js';
import type { Builder } from './builder.js';
import { keyOf } from './keys.js';
import type { Wrapper } from './syntax.js';
import { isWrapper } from './syntax.js';

type Link = TSESTree.CallExpression | TSESTree.ChainExpression | TSESTree.MemberExpression | TSESTree.TaggedTemplateExpression | Wrapper;

interface ChainOptions {
  /** Where a `?.` of the outermost chain goes instead of making `undefined`. */
  readonly shortcut?: BlockId;
  /** The member access that is deleted, not read. */
  readonly deletes?: Node;
}

/** A value, and the `this` of a call on it. */
interface Place {
  readonly value: Temp;
  readonly receiver: Temp | null;
}

export function lowerChain(node: Link, b: Builder, options: ChainOptions = {}): Temp {
  const links = linksOf(node);
  let place = lowerHead(b, links.at(-1) ?? node);
  let enclosing = links.filter(({ type }) => type === 'ChainExpression').length;
  let shortcut: BlockId | null = null;
  for (const link of links.toReversed()) {
    if (link.type === 'ChainExpression') {
      if (shortcut !== null && shortcut !== options.shortcut) place = joinShortcut(b, link, place, shortcut, link !== links[0]);
      shortcut = null;
      enclosing -= 1;
    } else if (!isWrapper(link)) {
      if (link.type !== 'TaggedTemplateExpression' && link.optional) {
        shortcut ??= (enclosing === 1 ? options.shortcut : undefined) ?? b.block();
        skipNullish(b, link.type === 'CallExpression' ? link.callee : link.object, place.value, shortcut);
      }
      place = follow(b, link, place, options.deletes === link);
    }
  }
  return place.value;
}

/** From the outermost link to the innermost. */
function linksOf(node: Link): Link[] {
  const links: Link[] = [];
  for (let at: TSESTree.Expression = node; ; at = below(at)) {
    if (!isLink(at)) return links;
    links.push(at);
  }
}

function isLink(node: TSESTree.Expression): node is Link {
  return (
    node.type === 'MemberExpression' ||
    node.type === 'CallExpression' ||
    node.type === 'ChainExpression' ||
    node.type === 'TaggedTemplateExpression' ||
    isWrapper(node)
  );
}

function below(link: Link): TSESTree.Expression {
  switch (link.type) {
    case 'MemberExpression':
      return link.object;
    case 'CallExpression':
      return link.callee;
    case 'TaggedTemplateExpression':
      return link.tag;
    default:
      return link.expression;
  }
}

/** What the innermost link stands on. `super` is no value of its own where it is called. */
function lowerHead(b: Builder, innermost: Link): Place {
  const head = below(innermost);
  if (head.type !== 'Super') return { value: b.lower(head), receiver: null };
  if (innermost.type === 'CallExpression') return { value: -1, receiver: null };
  return { value: b.define({ kind: 'super', target: b.temp(), node: head }), receiver: null };
}

function follow(b: Builder, link: Exclude<Link, Wrapper | TSESTree.ChainExpression>, place: Place, deletes: boolean): Place {
  switch (link.type) {
    case 'MemberExpression':
      return followMember(b, link, place.value, deletes);
    case 'CallExpression':
      return { value: call(b, link, place), receiver: null };
    default:
      return { value: callTag(b, link, place), receiver: null };
  }
}

function followMember(b: Builder, node: TSESTree.MemberExpression, object: Temp, deletes: boolean): Place {
  const key = keyOf(b, { computed: node.computed, key: node.property });
  const value = b.define({ kind: deletes ? 'deleteMember' : 'readMember', target: b.temp(), object, key, node });
  return { value, receiver: node.object.type === 'Super' ? b.thisValue(node.object) : object };
}

function call(b: Builder, node: TSESTree.CallExpression, { value: callee, receiver }: Place): Temp {
  const args = lowerArguments(b, node.arguments);
  if (node.callee.type !== 'Super') return b.invoke({ kind: 'call', target: b.temp(), callee, receiver, args, node });
  const made = b.invoke({ kind: 'superCall', target: b.temp(), args, node });
  b.afterSuperCall();
  return made;
}

function callTag(b: Builder, node: TSESTree.TaggedTemplateExpression, { value: callee, receiver }: Place): Temp {
  const strings = { value: b.opaque(node.quasi), spread: false };
  const args = [strings, ...lowerArguments(b, node.quasi.expressions)];
  return b.invoke({ kind: 'call', target: b.temp(), callee, receiver, args, node });
}

function skipNullish(b: Builder, node: Node, value: Temp, shortcut: BlockId): void {
  const next = b.block();
  b.branch(b.unary(node, 'isNullish', value), node, shortcut, next);
  b.start(next);
}

/** Where a chain ends, with its value or `undefined`; for `(a?.b)()`, which goes on, with its receiver too. */
function joinShortcut(b: Builder, node: Node, place: Place, shortcut: BlockId, goesOn: boolean): Place {
  const [value, end] = [b.temp(), b.block()];
  const receiver = goesOn && place.receiver !== null ? b.temp() : null;
  b.copy(node, value, place.value);
  if (receiver !== null && place.receiver !== null) b.copy(node, receiver, place.receiver);
  b.goto(end);
  b.start(shortcut);
  const missing = b.literal(node, undefined);
  b.copy(node, value, missing);
  if (receiver !== null) b.copy(node, receiver, missing);
  b.goto(end);
  b.start(end);
  return { value, receiver };
}

function lowerArguments(b: Builder, args: readonly TSESTree.CallExpressionArgument[]): Argument[] {
  return args.map((arg) => lowerArgument(b, arg));
}

export function lowerArgument(b: Builder, arg: TSESTree.CallExpressionArgument): Argument {
  const spread = arg.type === 'SpreadElement';
  return { value: b.lower(spread ? arg.argument : arg), spread };
}

export function lowerNew(node: TSESTree.NewExpression, b: Builder): Temp {
  const callee = b.lower(node.callee);
  return b.invoke({ kind: 'construct', target: b.temp(), callee, args: lowerArguments(b, node.arguments), node });
}

export function lowerDelete(node: TSESTree.UnaryExpression, b: Builder): Temp {
  let target = node.argument;
  while (target.type === 'ChainExpression' || isWrapper(target)) target = target.expression;
  if (target.type === 'MemberExpression') return lowerChain(node.argument as Link, b, { deletes: target });
  b.lower(node.argument);
  return b.literal(node, true);
}
