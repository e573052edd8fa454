/**
 * Loops, labels, `break` and `continue`. A `for … of` that is left early closes its iterator, as a cleanup does.
 * Not modelled: the fresh copy of a `let` that each turn of a `for (;;)` has.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { BlockId } from './graph.js';
import type { Builder, Step, Steps } from './builder.js';
import { done } from './builder.js';
import { branchOn } from './conditions.js';
import { copiesOf, leaveResources, openResource } from './exceptions.js';
import { prepare } from './patterns.js';
import { isUsing } from './syntax.js';

export function lowerWhile(node: TSESTree.WhileStatement, b: Builder): Steps {
  const [head, body, after] = [b.block(), b.block(), b.block()];
  b.goto(head);
  b.start(head);
  branchOn(b, node.test, body, after);
  b.start(body);
  return [...loopBody(b, node.body, after, head), () => endLoop(b, head, after)];
}

export function lowerDoWhile(node: TSESTree.DoWhileStatement, b: Builder): Steps {
  const [body, test, after] = [b.block(), b.block(), b.block()];
  b.goto(body);
  b.start(body);
  const end = (): Steps => {
    b.goto(test);
    b.start(test);
    branchOn(b, node.test, body, after);
    b.start(after);
    return done;
  };
  return [...loopBody(b, node.body, after, test), end];
}

export function lowerFor(node: TSESTree.ForStatement, b: Builder): Steps {
  const { region } = b;
  const labels = b.takeLabels();
  const loop = (): Steps => {
    b.giveLabels(labels);
    return loopOfFor(node, b);
  };
  return [() => lowerInit(node.init, b), loop, () => leaveResources(b, region)];
}

function lowerInit(init: TSESTree.ForStatement['init'], b: Builder): Steps {
  if (init?.type === 'VariableDeclaration') return [init];
  if (init !== null) b.lower(init);
  return done;
}

function loopOfFor({ test, update, body }: TSESTree.ForStatement, b: Builder): Steps {
  const [head, start, next, after] = [b.block(), b.block(), b.block(), b.block()];
  b.goto(head);
  b.start(head);
  if (test === null) b.goto(start);
  else branchOn(b, test, start, after);
  b.start(start);
  const end = (): Steps => {
    b.goto(next);
    b.start(next);
    if (update !== null) b.lower(update);
    return endLoop(b, head, after);
  };
  return [...loopBody(b, body, after, next), end];
}

function endLoop(b: Builder, head: BlockId, after: BlockId): Steps {
  b.goto(head);
  b.start(after);
  return done;
}

/** The body with its jump targets. */
function loopBody(b: Builder, body: Step, after: BlockId, next: BlockId): Steps {
  const { region } = b;
  const labels = b.takeLabels();
  b.enterTarget('break', after, labels, true);
  b.enterTarget('continue', next, labels, true);
  const leave = (): Steps => {
    b.region = region;
    return done;
  };
  return [body, leave];
}

export function lowerForIn(node: TSESTree.ForInStatement, b: Builder): Steps {
  const labels = b.takeLabels();
  const iterable = b.lower(node.right);
  const iterator = b.define({ kind: 'openIterator', target: b.temp(), iterable, of: 'keys', node });
  const [head, body, after] = [b.block(), b.block(), b.block()];
  b.goto(head);
  b.start(head);
  const value = b.iterate(node, iterator, body, after);
  b.start(body);
  writeLoopVariable(b, node.left)(value);
  b.giveLabels(labels);
  return [...loopBody(b, node.body, after, head), () => endLoop(b, head, after)];
}

export function lowerForOf(node: TSESTree.ForOfStatement, b: Builder): Steps {
  const { region } = b;
  const labels = b.takeLabels();
  const iterable = b.lower(node.right);
  const iterator = b.define({ kind: 'openIterator', target: b.temp(), iterable, of: node.await ? 'asyncValues' : 'values', node });
  const [head, body, after] = [b.block(), b.block(), b.block()];
  b.goto(head);
  b.start(head);
  const value = b.iterate(node, iterator, body, after);
  b.start(body);

  b.enterTarget('break', after, labels, true);
  const open = b.enterCleanup(node, () => close(), false);
  const close = (): Steps => {
    b.emit({ kind: 'closeIterator', iterator, node });
    return done;
  };
  const target = b.enterTarget('continue', head, labels, true);
  writeLoopVariable(b, node.left)(value);
  const end = (): Steps => {
    b.goto(head);
    b.region = open.outer;
    return copiesOf(b, open);
  };
  const leave = (): Steps => {
    b.region = region;
    b.start(after);
    return done;
  };
  return [node.body, () => leaveResources(b, target), end, leave];
}

/** Binds or assigns what a turn of the loop is about; `using` opens it. */
function writeLoopVariable(b: Builder, left: TSESTree.ForOfStatement['left']): (value: number) => void {
  if (left.type !== 'VariableDeclaration') return prepare(b, left, false);
  const { declarations, kind } = left;
  const [declarator] = declarations;
  return (value) => {
    prepare(b, declarator.id, true)(value);
    if (isUsing(left)) openResource(b, declarator, value, kind === 'await using');
  };
}

type Loop = TSESTree.DoWhileStatement | TSESTree.ForInStatement | TSESTree.ForOfStatement | TSESTree.ForStatement | TSESTree.WhileStatement;
const loops: { readonly [T in Loop['type']]: true } = {
  DoWhileStatement: true,
  ForInStatement: true,
  ForOfStatement: true,
  ForStatement: true,
  WhileStatement: true,
};

/** A loop takes its labels as names for `continue` too; any other statement can only be broken out of. */
export function lowerLabeled(node: TSESTree.LabeledStatement, b: Builder): Steps {
  const labels = [node.label.name];
  let { body } = node;
  for (; body.type === 'LabeledStatement'; body = body.body) labels.push(body.label.name);
  if (Object.hasOwn(loops, body.type)) {
    b.giveLabels(labels);
    return [body];
  }
  const after = b.block();
  const target = b.enterTarget('break', after, labels, false);
  const end = (): Steps => {
    b.region = target.outer;
    b.goto(after);
    b.start(after);
    return done;
  };
  return [body, end];
}

export function lowerBreak(node: TSESTree.BreakStatement, b: Builder): Steps {
  b.jumpTo('break', node.label?.name ?? null);
  return done;
}

export function lowerContinue(node: TSESTree.ContinueStatement, b: Builder): Steps {
  b.jumpTo('continue', node.label?.name ?? null);
  return done;
}
