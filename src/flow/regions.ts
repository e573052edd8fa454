/**
 * Where jumps go: the statements around a point that catch a `break`, a `continue` or an exception, or that run something on the way out.
 */
import type { BlockId, Node } from './graph.js';
import type { Steps } from './builder.js';

/** What control leaves a region for. */
export type Way = 'return' | 'throw' | JumpTarget;

interface Inside {
  readonly outer: Region | null;
  /** In a `try` that has a `catch` or `finally` (a `using` or a loop is none). */
  readonly insideTry: boolean;
}

export interface JumpTarget extends Inside {
  readonly kind: 'break' | 'continue';
  readonly labels: readonly string[];
  /** Also the target of a jump without a label. */
  readonly unlabelled: boolean;
  readonly to: BlockId;
}

export interface Handler extends Inside {
  readonly kind: 'handler';
  readonly to: BlockId;
}

/** A `finally`, a resource of `using`, or an open iterator: `body` is lowered once for each way out that is taken. */
export interface Cleanup extends Inside {
  readonly kind: 'cleanup';
  readonly node: Node;
  readonly body: () => Steps;
  /** The first block of each copy, made when the first jump to it is. */
  readonly copies: Map<Way, BlockId>;
}

export type Region = JumpTarget | Handler | Cleanup;

/** The handler or cleanup that an exception inside `region` comes to first. */
export function nearestUnwinder(region: Region | null): Handler | Cleanup | null {
  let at = region;
  while (at !== null && at.kind !== 'handler' && at.kind !== 'cleanup') at = at.outer;
  return at;
}

/** The first cleanup on the way out to `target`, or out of the graph. */
export function nearestCleanup(region: Region | null, target: JumpTarget | null): Cleanup | null {
  for (let at = region; at !== null && at !== target; at = at.outer) if (at.kind === 'cleanup') return at;
  return null;
}

export function findTarget(region: Region | null, kind: JumpTarget['kind'], label: string | null): JumpTarget | null {
  for (let at = region; at !== null; at = at.outer)
    if (at.kind === kind && (label === null ? at.unlabelled : at.labels.includes(label))) return at;
  return null;
}

/** `return`, `break`, `break outer`. */
export function nameOfWay(way: Way): string {
  if (typeof way === 'string') return way;
  return [way.kind, ...way.labels.slice(0, 1)].join(' ');
}
