/**
 * Calls of functions with IRQL annotations. The annotation binds both sides: a call where it rules the level out is reported at the call,
 * and the body is run at the levels that it promises. What a body that raises or restores does wrong is its caller's.
 */
import { levels as levelValues } from '../contracts/levels.js';
import type { Node } from '../flow/graph.js';
import type { IrqlAnnotations } from '../resolve/doc-tags.js';
import type { Engine } from './engine.js';
import { checkLevels } from './levels.js';
import type { Outcome } from './outcomes.js';
import { withThread, type State } from './state.js';
import { answering, intervalBetween, unsure, type Save, type Thread, type ThreadParts } from './thread.js';

/** Runs `body` as the annotated function of that name, called at `node`. */
export function callAnnotated(
  engine: Engine,
  state: State,
  name: string,
  annotations: IrqlAnnotations,
  node: Node,
  body: (entry: State) => Outcome,
): Outcome {
  const { requires, raises, saves, restores } = annotations;
  if (requires !== undefined) checkLevels(engine, state, name, [{ ...requires, clause: 'I1' }], node);
  const movesLevel = raises !== undefined || saves || restores;
  const before = state.thread;
  const entered = {
    ...before,
    ...(requires === undefined ? {} : within(before, requires)),
    inCall: movesLevel ? answering(before, node, name) : before.inCall,
  };
  const { completes, throws } = body(withThread(state, engine.makeThread(entered)));
  const leave = (after: State): State =>
    withThread(after, engine.makeThread({ ...leftBy(before, entered, after.thread, annotations, name, node), inCall: before.inCall }));
  return { completes: completes.map((completion) => ({ ...completion, state: leave(completion.state) })), throws: throws.map(leave) };
}

/** The levels at which the body may run; where the caller is wrong, it is taken to be right. */
function within(
  { low, high, known }: Thread,
  { min, max }: NonNullable<IrqlAnnotations['requires']>,
): Pick<Thread, 'low' | 'high' | 'known'> {
  const required = intervalBetween(min && levelValues[min], max && levelValues[max]);
  const [least, most] = [Math.max(low, required.low), Math.min(high, required.high)];
  return known !== 'none' && least <= most ? { low: least, high: most, known } : required;
}

/** The thread after the call: at the caller's own level again, or where the annotation says, whatever the body does. */
function leftBy(
  before: Thread,
  entered: ThreadParts,
  after: Thread,
  { raises, restores }: IrqlAnnotations,
  name: string,
  node: Node,
): ThreadParts {
  if (after.isOver) return after;
  const saves = after.saves.map((save, index) =>
    index === before.saves.length && save.id === before.id ? { ...save, ...ownLevel(before, save) } : save,
  );
  const { id } = before;
  if (raises !== undefined && after.saves.length <= before.saves.length && after.isSure) {
    const { low, high, without, known } = before;
    const level = levelValues[raises];
    const save: Save = { id, low, high, without, known, ...answering(before, node, name), lock: null, cell: null, isLost: false };
    return { ...after, id: `${id}/${name}`, low: level, high: level, without: [], known: 'both', saves: [...before.saves, save] };
  }
  if (after.id !== entered.id) return { ...after, saves };
  if (restores && after.isSure && after.saves.length > 0) return { ...unsure(after), saves: after.saves.slice(0, -1) };
  return { ...after, ...ownLevel(before, after), saves };
}

type Level = Pick<Thread, 'low' | 'high' | 'known'>;

/** What the caller knew of its level, and what the body found out about it. */
function ownLevel({ low, high, known }: Level, found: Level): Level {
  const [least, most] = [Math.max(low, found.low), Math.min(high, found.high)];
  return least <= most ? { low: least, high: most, known } : { low, high, known };
}
