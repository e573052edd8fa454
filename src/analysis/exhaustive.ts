/** Tests that go through all values that something is declared to have: past the last of them there is no path. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Terminator } from '../flow/graph.js';
import * as constraint from './constraint.js';
import type { Engine } from './engine.js';
import { tempValue, type Frame } from './frame.js';
import { parentOf } from './program.js';
import type { State } from './state.js';
import { knownOf } from './truth.js';

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
