/**
 * Which temporaries are still read after a block: found by walking back from each read to the write, so that the cost is the sum of the
 * blocks that values live across.
 */
import type { BasicBlock, BlockId, Instruction, MemberKey, Temp } from './graph.js';
import { successors } from './graph.js';
import { GraphTooLarge } from './builder.js';

/** The sum of the blocks that values live across, in a graph that is still worth analysing. */
const MAX_LIVE = 4_000_000;
const NONE: ReadonlySet<Temp> = new Set();

export function liveOut(blocks: readonly BasicBlock[], temps: number): ReadonlySet<Temp>[] {
  const live: (Set<Temp> | undefined)[] = blocks.map(() => undefined);
  const writers = writersOf(blocks, temps);
  const predecessors = predecessorsOf(blocks);
  let total = 0;
  const readIn = (block: BlockId, temp: Temp): void => {
    const writer = writers[temp];
    const isWriter = (id: BlockId): boolean => writer === id || (typeof writer === 'object' && writer.has(id));
    if (isWriter(block)) return;
    const pending = [block];
    for (let at = pending.pop(); at !== undefined; at = pending.pop())
      for (const before of predecessors[at] ?? []) {
        const set = (live[before] ??= new Set());
        if (set.has(temp)) continue;
        set.add(temp);
        total += 1;
        if (total > MAX_LIVE) throw new GraphTooLarge('values live across too many blocks');
        if (!isWriter(before)) pending.push(before);
      }
  };
  for (const block of blocks) {
    const read = (temp: Temp): void => {
      readIn(block.id, temp);
    };
    for (const instruction of block.instructions) eachRead(instruction, read);
    eachTerminatorRead(block, read);
  }
  return live.map((set) => set ?? NONE);
}

type Writers = BlockId | Set<BlockId> | undefined;

/** The blocks that write each temporary: one, but for the arms of a logical or conditional expression. */
function writersOf(blocks: readonly BasicBlock[], temps: number): Writers[] {
  const writers = Array.from({ length: temps }, (): Writers => undefined);
  const write = (id: BlockId, temp: Temp): void => {
    const known = writers[temp];
    if (known === undefined) writers[temp] = id;
    else if (typeof known === 'object') known.add(id);
    else if (known !== id) writers[temp] = new Set([known, id]);
  };
  for (const { id, instructions, terminator } of blocks) {
    for (const instruction of instructions) if ('target' in instruction) write(id, instruction.target);
    if (terminator.kind === 'invoke') write(id, terminator.instruction.target);
    else if ('target' in terminator) write(id, terminator.target);
  }
  return writers;
}

function predecessorsOf(blocks: readonly BasicBlock[]): BlockId[][] {
  const predecessors = blocks.map((): BlockId[] => []);
  for (const { id, terminator } of blocks) for (const to of successors(terminator)) predecessors[to]?.push(id);
  return predecessors;
}

function eachTerminatorRead({ terminator }: BasicBlock, read: (temp: Temp) => void): void {
  switch (terminator.kind) {
    case 'branch':
      read(terminator.test);
      return;
    case 'invoke':
      eachRead(terminator.instruction, read);
      return;
    case 'iterate':
      read(terminator.iterator);
      return;
    case 'yield':
      if (terminator.value !== null) read(terminator.value);
      return;
    case 'goto':
    case 'exit':
      return;
  }
}

function readKey(key: MemberKey, read: (temp: Temp) => void): void {
  if (key.kind === 'computed') read(key.key);
}

/** Calls back for each temporary that the instruction reads. */
export function eachRead(instruction: Instruction, read: (temp: Temp) => void): void {
  switch (instruction.kind) {
    case 'literal':
    case 'readVariable':
    case 'newObject':
    case 'closure':
    case 'this':
    case 'super':
    case 'parameter':
    case 'arguments':
    case 'catch':
      return;
    case 'opaque':
      instruction.operands.forEach(read);
      return;
    case 'copy':
    case 'restElements':
      read(instruction.source);
      return;
    case 'restMembers':
      read(instruction.source);
      for (const key of instruction.excluded) readKey(key, read);
      return;
    case 'writeVariable':
    case 'setThrow':
      read(instruction.value);
      return;
    case 'setReturn':
      if (instruction.value !== null) read(instruction.value);
      return;
    case 'readMember':
    case 'deleteMember':
      read(instruction.object);
      readKey(instruction.key, read);
      return;
    case 'writeMember':
    case 'defineMember':
      read(instruction.object);
      readKey(instruction.key, read);
      read(instruction.value);
      return;
    case 'spreadMembers':
      read(instruction.object);
      read(instruction.source);
      return;
    case 'unary':
    case 'await':
      read(instruction.operand);
      return;
    case 'binary':
      read(instruction.left);
      read(instruction.right);
      return;
    case 'newArray':
      for (const element of instruction.elements) if (element !== undefined) read(element.value);
      return;
    case 'newClass':
      if (instruction.superclass !== null) read(instruction.superclass);
      return;
    case 'openIterator':
      read(instruction.iterable);
      return;
    case 'closeIterator':
      read(instruction.iterator);
      return;
    case 'call':
      read(instruction.callee);
      if (instruction.receiver !== null) read(instruction.receiver);
      for (const { value } of instruction.args) read(value);
      return;
    case 'construct':
      read(instruction.callee);
      for (const { value } of instruction.args) read(value);
      return;
    case 'superCall':
      for (const { value } of instruction.args) read(value);
  }
}
