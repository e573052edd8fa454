/**
 * The machinery that lowering writes with: blocks, temporaries, jumps through regions, and the stack of statements still to be lowered.
 *
 * Lowering always writes to the current block. After a jump there is none until the next `start`: what is written then is dropped, and so
 * code that cannot be reached never gets into the graph.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type {
  BlockId,
  GraphOwner,
  Node,
  PlainInstruction,
  Primitive,
  Temp,
  Terminator,
  ThrowingInstruction,
  UnaryOperator,
} from './graph.js';
import type { Cleanup, Handler, JumpTarget, Region, Way } from './regions.js';
import { findTarget, nearestCleanup, nearestUnwinder } from './regions.js';
import type { NameNode, Scopes } from './scopes.js';

/** Copies of `finally` bodies inside `finally` bodies multiply: a function that needs more blocks than this gets no graph. */
export const MAX_BLOCKS = 200_000;

/** The function has more blocks, or more values that live across blocks, than a graph may have. Nothing is wrong with it; skip it. */
export class GraphTooLarge extends Error {}

/** What a statement lowers to after what it has written already: statements inside it, and what is to be written around them. */
export type Step = TSESTree.Statement | (() => Steps);
export type Steps = readonly Step[];
export const done: Steps = [];

export type Lower<N extends Node, Result> = (node: N, b: Builder) => Result;

/** The dispatch tables, handed in by `build.ts` so that no lowering file imports its users. */
interface Lowering {
  readonly expression: Lower<TSESTree.Expression, Temp>;
  readonly statement: Lower<TSESTree.Statement, Steps>;
}

export interface OpenBlock {
  readonly id: BlockId;
  readonly instructions: PlainInstruction[];
  terminator: Terminator | null;
  isEntered: boolean;
  wayOut: string;
}

export class Builder {
  readonly blocks: OpenBlock[] = [];
  readonly returnExit: BlockId;
  readonly throwExit: BlockId;
  temps = 0;
  region: Region | null = null;
  /** The way out that the copy of a cleanup is for that is being written. */
  wayOut = '';
  /** What `this` is in static initialisers and static blocks. */
  classThis: Temp | null = null;
  /** Written after each `super(…)`: the parameter properties of a derived class. */
  afterSuperCall: () => void = () => undefined;
  private current: OpenBlock | null = null;
  private labels: readonly string[] = [];

  constructor(
    readonly owner: GraphOwner,
    readonly scopes: Scopes,
    private readonly lowering: Lowering,
  ) {
    const entry = this.block();
    this.returnExit = this.block();
    this.throwExit = this.block();
    this.openBlock(this.returnExit).terminator = { kind: 'exit', by: 'return' };
    this.openBlock(this.throwExit).terminator = { kind: 'exit', by: 'throw' };
    this.openBlock(entry).isEntered = true;
    this.start(entry);
  }

  // Blocks

  get isLive(): boolean {
    return this.current !== null;
  }

  block(): BlockId {
    const id = this.blocks.length;
    if (id >= MAX_BLOCKS) throw new GraphTooLarge(`more than ${MAX_BLOCKS} blocks`);
    this.blocks.push({ id, instructions: [], terminator: null, isEntered: false, wayOut: '' });
    return id;
  }

  /** Makes the block the current one; when no edge enters it, nothing is written until the next `start`. */
  start(id: BlockId): void {
    const block = this.openBlock(id);
    if (block.terminator !== null) throw new Error(`flow: block ${id} was started twice`);
    this.current = block.isEntered ? block : null;
    block.wayOut = this.wayOut;
  }

  goto(to: BlockId): void {
    this.terminate({ kind: 'goto', to }, [to]);
  }

  branch(test: Temp, node: Node, whenTrue: BlockId, whenFalse: BlockId): void {
    this.terminate({ kind: 'branch', test, node, whenTrue, whenFalse }, [whenTrue, whenFalse]);
  }

  // Instructions

  temp(): Temp {
    return this.temps++;
  }

  emit(instruction: PlainInstruction): void {
    this.current?.instructions.push(instruction);
  }

  /** Emits an instruction that makes a value. */
  define(instruction: PlainInstruction & { readonly target: Temp }): Temp {
    this.emit(instruction);
    return instruction.target;
  }

  literal(node: Node, value: Primitive): Temp {
    return this.define({ kind: 'literal', target: this.temp(), value, node });
  }

  opaque(node: Node, operands: readonly Temp[] = [], handsOver = false): Temp {
    return this.define({ kind: 'opaque', target: this.temp(), operands, handsOver, node });
  }

  unary(node: Node, operator: UnaryOperator, operand: Temp): Temp {
    return this.define({ kind: 'unary', target: this.temp(), operator, operand, node });
  }

  copy(node: Node, target: Temp, source: Temp): void {
    this.emit({ kind: 'copy', target, source, node });
  }

  thisValue(node: Node): Temp {
    return this.classThis ?? this.define({ kind: 'this', target: this.temp(), node });
  }

  readVariable(name: TSESTree.Identifier | TSESTree.JSXIdentifier): Temp {
    const variable = this.scopes.variableOf(name);
    return this.define({ kind: 'readVariable', target: this.temp(), variable, name: name.name, node: name });
  }

  writeVariable(name: NameNode, value: Temp, initializes: boolean): void {
    const text = name.type === 'Literal' ? name.value : name.name;
    this.emit({ kind: 'writeVariable', variable: this.scopes.variableOf(name), name: text, value, initializes, node: name });
  }

  readName(node: Node, object: Temp, name: string): Temp {
    return this.define({ kind: 'readMember', target: this.temp(), object, key: { kind: 'name', name }, node });
  }

  invoke(instruction: ThrowingInstruction): Temp {
    if (this.isLive) {
      const normal = this.block();
      this.terminate({ kind: 'invoke', instruction, normal, ...this.unwinding() }, [normal]);
      this.start(normal);
    }
    return instruction.target;
  }

  iterate(node: Node, iterator: Temp, next: BlockId, whenDone: BlockId): Temp {
    const target = this.temp();
    if (this.isLive)
      this.terminate({ kind: 'iterate', node, iterator, target, next, done: whenDone, ...this.unwinding() }, [next, whenDone]);
    return target;
  }

  yield(node: TSESTree.YieldExpression, value: Temp | null): Temp {
    const target = this.temp();
    if (this.isLive) {
      const resume = this.block();
      const abandon = this.destination('return');
      this.terminate({ kind: 'yield', node, value, delegate: node.delegate, target, resume, abandon, ...this.unwinding() }, [
        resume,
        abandon,
      ]);
      this.start(resume);
    }
    return target;
  }

  // Jumps

  /** Leaves for good, through the cleanups on the way. */
  jump(way: Way): void {
    if (this.isLive) this.goto(this.destination(way));
  }

  /** A `break` or `continue`; one that has no target (broken code) ends the function. */
  jumpTo(kind: JumpTarget['kind'], label: string | null): void {
    this.jump(findTarget(this.region, kind, label) ?? 'return');
  }

  enterTarget(kind: JumpTarget['kind'], to: BlockId, labels: readonly string[], unlabelled: boolean): JumpTarget {
    const target: JumpTarget = { kind, to, labels, unlabelled, ...this.inside(false) };
    this.region = target;
    return target;
  }

  enterHandler(): Handler {
    const handler: Handler = { kind: 'handler', to: this.block(), ...this.inside(true) };
    this.region = handler;
    return handler;
  }

  enterCleanup(node: Node, body: () => Steps, isTry: boolean): Cleanup {
    const cleanup: Cleanup = { kind: 'cleanup', node, body, copies: new Map(), ...this.inside(isTry) };
    this.region = cleanup;
    return cleanup;
  }

  /** The labels of the loop that is being lowered. */
  takeLabels(): readonly string[] {
    const { labels } = this;
    this.labels = [];
    return labels;
  }

  giveLabels(labels: readonly string[]): void {
    this.labels = labels;
  }

  // Descent

  lower(node: TSESTree.Expression): Temp {
    return this.lowering.expression(node, this);
  }

  /** Lowers the steps and all that they lead to, with a stack of its own: statements may nest as deep as they like. */
  run(steps: Steps): void {
    const pending: Step[] = [...steps].reverse();
    for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
      for (const next of this.lowerStep(step).toReversed()) pending.push(next);
    }
  }

  private lowerStep(step: Step): Steps {
    if (typeof step === 'function') return step();
    return this.isLive ? this.lowering.statement(step, this) : done;
  }

  private openBlock(id: BlockId): OpenBlock {
    const block = this.blocks[id];
    if (block === undefined) throw new Error(`flow: no block ${id}`);
    return block;
  }

  private terminate(terminator: Terminator, targets: readonly BlockId[]): void {
    if (this.current === null) return;
    this.current.terminator = terminator;
    for (const target of targets) this.openBlock(target).isEntered = true;
    this.current = null;
  }

  private unwinding(): { unwind: BlockId; insideTry: boolean } {
    const unwind = this.destination('throw');
    this.openBlock(unwind).isEntered = true;
    return { unwind, insideTry: this.region?.insideTry ?? false };
  }

  private destination(way: Way): BlockId {
    const stop = way === 'throw' ? nearestUnwinder(this.region) : nearestCleanup(this.region, way === 'return' ? null : way);
    if (stop?.kind === 'handler') return stop.to;
    if (stop?.kind === 'cleanup') return this.copyOf(stop, way);
    return way === 'throw' ? this.throwExit : way === 'return' ? this.returnExit : way.to;
  }

  private copyOf(cleanup: Cleanup, way: Way): BlockId {
    const copy = cleanup.copies.get(way) ?? this.block();
    cleanup.copies.set(way, copy);
    return copy;
  }

  private inside(isTry: boolean): { outer: Region | null; insideTry: boolean } {
    const { region } = this;
    return { outer: region, insideTry: isTry || (region?.insideTry ?? false) };
  }
}
