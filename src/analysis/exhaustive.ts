/**
 * Tests that go through all that something is declared to be: past the last of them there is no path. What the declaration alone rules out is tested
 * nevertheless by whoever does not trust it, as is what is left in the last `else` and under `default`: those paths are there.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Terminator } from '../flow/graph.js';
import { assumeTemp } from './branches.js';
import * as constraint from './constraint.js';
import type { Constraint } from './constraint.js';
import { declaredParts } from './declared.js';
import type { Engine } from './engine.js';
import { tempValue, type Frame } from './frame.js';
import * as intMap from './int-map.js';
import { parentOf } from './program.js';
import type { State } from './state.js';
import { knownOf, withFact } from './truth.js';
import type { Atom } from './values.js';

type Branch = Extract<Terminator, { kind: 'branch' }>;

/** What is tested, and the tests of the same value of which some other must have held. */
interface Tests {
  readonly tested: TSESTree.Expression;
  readonly cases: readonly TSESTree.Expression[];
}

/** Whether a test that has failed, in `state`, was the last of those that name every value that the tested thing is declared to have. */
export function leavesNoValue({ universe }: Engine, frame: Frame, state: State, { test, node }: Branch): boolean {
  const definition = frame.index.definitions[test];
  const tests = definition?.kind === 'binary' ? testsEndingIn(node as TSESTree.Expression) : undefined;
  if (definition?.kind !== 'binary' || tests === undefined) return false;
  const { resolver } = frame.module;
  const values = resolver.valuesOf(tests.tested);
  if (values === undefined) return false;
  const named = tests.cases.map((each) => resolver.valuesOf(each)).filter((each) => each?.length === 1);
  const atoms = universe.atoms(tempValue(state, definition.left));
  return values.every(
    (value) =>
      named.some((each) => each?.[0] === value) ||
      (atoms.length > 0 && atoms.every((atom) => constraint.equals(knownOf(universe, state, atom), value) === 'no')),
  );
}

/**
 * Whether there is nothing left for something that was there before, or that a call gave, to be where a test went this way: what was known of it
 * `before` leaves some of what it is declared to be, `after` nothing.
 */
export function isRuledOut(engine: Engine, frame: Frame, before: State, after: State, { test, node }: Branch, truthy: boolean): boolean {
  if (before.facts === null || before.facts === after.facts || isOfChain(node)) return false;
  const narrowed: Atom[] = [];
  intMap.forEachDifference(before.facts, after.facts, (atom, was, is) => {
    if (was !== undefined && is !== undefined) narrowed.push(atom);
  });
  return narrowed.some((atom) => {
    const declared = declaredParts(engine, before, atom);
    const [was, is] = [before, after].map((state) => knownOf(engine.universe, state, atom));
    if (declared === undefined || was === undefined || is === undefined) return false;
    const isAlone = (part: Constraint): boolean =>
      assumeTemp(engine, frame, withFact(engine.universe, before, atom, part), test, truthy) !== null;
    return declared.some((part) => fits(was, part)) && !declared.some((part) => fits(is, part)) && declared.some(isAlone);
  });
}

function fits(known: Constraint, part: Constraint): boolean {
  const only = constraint.onlyValue(part);
  return only === undefined ? constraint.meet(known, part) !== null : constraint.equals(known, only.value) !== 'no';
}

/** A test in an `else`, or of a case: the path past all of them is that of the last `else`, or of `default`. */
function isOfChain(node: TSESTree.Node): boolean {
  const parent = parentOf(node);
  if (parent?.type === 'SwitchCase') return true;
  const isChoice = parent?.type === 'IfStatement' || parent?.type === 'ConditionalExpression';
  const around = isChoice && parent.test === node ? parentOf(parent) : undefined;
  return around?.type === parent?.type && around !== undefined && 'alternate' in around && around.alternate === parent;
}

/** The last case of a `switch` without `default`, the last `else if` of a chain without `else`; undefined for any other test. */
function testsEndingIn(test: TSESTree.Expression): Tests | undefined {
  const parent = parentOf(test);
  if (parent?.type === 'SwitchCase') {
    const { discriminant, cases } = parent.parent;
    if (cases.at(-1) !== parent || cases.some((each) => each.test === null)) return undefined;
    return { tested: discriminant, cases: cases.flatMap((each) => (each.test !== null && isConstant(each.test) ? [each.test] : [])) };
  }
  const isLastElse =
    parent?.type === 'IfStatement' &&
    parent.alternate === null &&
    parent.parent.type === 'IfStatement' &&
    parent.parent.alternate === parent;
  if (!isLastElse || test.type !== 'BinaryExpression' || test.operator !== '===' || !isConstant(test.right)) return undefined;
  return { tested: test.left, cases: [] };
}

/** Whether an expression can be a constant, as its text goes. */
function isConstant(node: TSESTree.Node): boolean {
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
      return true;
    case 'MemberExpression':
      return !node.computed && isConstant(node.object);
    case 'UnaryExpression':
      return node.operator === '-' && isConstant(node.argument);
    default:
      return false;
  }
}
