/** What the arms of a branch learn from its test, beyond what the test says of its operands (`truth.ts`). */
import type { Node, PlainInstruction, Temp } from '../flow/graph.js';
import type { Engine } from './engine.js';
import { placeOfTemp, setTemp, tempValue, type Frame } from './frame.js';
import * as intMap from './int-map.js';
import { narrowLevel } from './levels.js';
import { withoutAssumptions } from './object-state.js';
import { evaluateBinary } from './operators.js';
import type { State } from './state.js';
import { assume, truthOfAtom } from './truth.js';
import type { Atom, AtomInfo, Universe, Value } from './values.js';

/** The state in which the temporary is truthy or falsy; what it tests is narrowed where it was read, and in its own temporary. */
export function assumeTemp(engine: Engine, frame: Frame, state: State, test: Temp, truthy: boolean): State | null {
  const { universe } = engine;
  const value = tempValue(state, test);
  const assumed = assume(universe, state, value, truthy, placeOfTemp(engine, frame, state, test));
  if (assumed === null) return null;
  const noted = narrowLevel(engine, state, noteFailures(engine, state, assumed, value), value);
  return narrowOperand(engine, frame, dropAssumptions(engine, state, noted, value), test, truthy);
}

/** A test of something that was there before tells of a history that we do not know: what was only assumed of it no longer holds. */
function dropAssumptions(engine: Engine, before: State, after: State, value: Value): State {
  if (after.facts === before.facts || after.hot === null || !learnsOfBefore(engine.universe, before, after, value)) return after;
  let state = after;
  intMap.forEach(after.hot, (atom) => {
    const own = engine.objectState(after, atom);
    const certain = withoutAssumptions(own);
    if (certain !== own) state = engine.withObjectState(state, atom, certain);
  });
  return state;
}

function learnsOfBefore(universe: Universe, before: State, after: State, value: Value): boolean {
  return universe.atoms(value).some((atom) => {
    const info = universe.info(atom);
    const isNews = intMap.get(before.facts, atom) !== intMap.get(after.facts, atom);
    if (info.kind !== 'expression') return isNews && wasBefore(info);
    if (learnsOfBefore(universe, before, after, info.left)) return true;
    return isNews && [info.left, info.right].some((operand) => universe.atoms(operand).some((each) => wasBefore(universe.info(each))));
  });
}

const wasBefore = ({ kind }: AtomInfo): boolean => kind === 'entry' || kind === 'member';

/** `x` in `isNullish(x)` and the like lives on in a temporary, which is narrowed with the test; so does what a `switch` compares with one case after the other. */
function narrowOperand(engine: Engine, frame: Frame, state: State, test: Temp, truthy: boolean): State {
  const definition = frame.index.definitions[test];
  if (definition?.kind === 'binary') return narrowCompared(engine, state, definition, truthy);
  const { universe } = engine;
  const operand = definition?.kind === 'unary' ? definition.operand : test;
  return keepFitting(engine, state, operand, (atom) => {
    const tested =
      definition?.kind === 'unary' && definition.operator !== '!'
        ? universe.atom({
            kind: 'expression',
            operator: definition.operator,
            left: universe.one(atom),
            right: universe.undefined,
            place: null,
          })
        : atom;
    const verdict = truthOfAtom(universe, state, tested);
    const wanted = definition?.kind === 'unary' && definition.operator === '!' ? !truthy : truthy;
    return verdict !== (wanted ? 'no' : 'yes');
  });
}

type Binary = Extract<PlainInstruction, { kind: 'binary' }>;

function narrowCompared(engine: Engine, state: State, { operator, left, right }: Binary, truthy: boolean): State {
  const { universe } = engine;
  const other = tempValue(state, right);
  return keepFitting(engine, state, left, (atom) => {
    const compared = evaluateBinary(universe, state, operator, universe.one(atom), other, [null, null]);
    const test = compared === undefined ? undefined : universe.single(compared);
    return test === undefined || truthOfAtom(universe, state, test) !== (truthy ? 'no' : 'yes');
  });
}

/** A temporary that may be one of several things is one of those that fit. */
function keepFitting(engine: Engine, state: State, temp: Temp, fits: (atom: Atom) => boolean): State {
  const { universe } = engine;
  const atoms = universe.atoms(tempValue(state, temp));
  if (atoms.length < 2) return state;
  const fitting = atoms.filter(fits);
  return fitting.length === 0 || fitting.length === atoms.length ? state : setTemp(state, temp, universe.of(fitting));
}

/** A test that shows that a contract call failed is a step of the path. */
function noteFailures(engine: Engine, before: State, after: State, value: Value): State {
  if (after.facts === before.facts) return after;
  const { universe } = engine;
  const failing = failedResults(universe, before, after, value);
  return failing.reduce((state, { site, name }) => engine.addStep(state, site, 'failed', name), after);
}

function failedResults(universe: Universe, before: State, after: State, value: Value): { site: Node; name: string }[] {
  return universe.atoms(value).flatMap((atom) => {
    const info = universe.info(atom);
    if (info.kind === 'expression') return failedResults(universe, before, after, info.left);
    if (info.kind !== 'result' || !info.tag.startsWith('status:')) return [];
    const [was, is] = [intMap.get(before.facts, atom), intMap.get(after.facts, atom)];
    return is !== undefined && is !== was && is.high < 0 && !((was?.high ?? 0) < 0)
      ? [{ site: info.site as Node, name: info.tag.slice(7) }]
      : [];
  });
}
