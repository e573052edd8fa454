/**
 * Shows a graph as text, for tests and for debugging.
 *
 * `printFlow` prints the edges between events, a line each, in the order of the blocks. An event is a call, `await`, test, turn of a loop,
 * `yield`, or the closing of an iterator; what lies between events is left out. An event has its source text as its name, and more where
 * that is not enough:
 *
 *     a()#2            the second event of that text in the order of the blocks
 *     a() on throw     in the copy of a `finally` (or disposal, or iterator close) that is for this way out; of one `finally` in
 *                      another, the copy for the outer way out comes first: `on throw, return`
 *     a()?             the test of what `a()` gave
 *     isNullish(a)     the test that `a?.`, `a ??` and disposal make; `isUndefined(a)` the test of a default
 *     case 1           the test of a `case`
 *     dispose r        the disposal of a `using` variable; `await dispose r` the wait for it
 *     close xs         a `for … of xs` is left before its iterator is done
 *     entry, exit return, exit throw, forever (a loop without any event)
 *
 * Edges: `->` what comes next; `-true->` and `-false->` after a test; `-next->` and `-done->` after a turn of a loop; `-abandon->` when the
 * consumer does not resume a `yield`; `-throw->` an exception. Outside `try`, an exception that goes straight to `exit throw` is not printed.
 *
 * `printInstructions` prints all instructions in the order of the blocks, and so, without jumps, in evaluation order.
 */
import type {
  BasicBlock,
  BlockId,
  FlowGraph,
  Instruction,
  MemberKey,
  Node,
  PlainInstruction,
  Terminator,
  ThrowingInstruction,
} from './graph.js';

interface Event {
  readonly name: string;
  readonly block: BasicBlock;
}

interface Edge {
  readonly label: '' | 'abandon' | 'done' | 'false' | 'next' | 'throw' | 'true';
  readonly to: BlockId;
}

export function printFlow(graph: FlowGraph, source: string): string[] {
  const events = nameEvents(graph, source);
  const nameOfBlock = (id: BlockId): string => firstEvent(graph, events, id);
  const lines = [`entry -> ${nameOfBlock(graph.entry)}`];
  for (const block of graph.blocks) {
    const own = events[block.id] ?? [];
    for (const [index, { name }] of own.slice(0, -1).entries()) lines.push(`${name} -> ${own[index + 1]?.name ?? ''}`);
    const last = own.at(-1);
    if (last === undefined) continue;
    for (const { label, to } of edgesOf(block)) {
      const target = nameOfBlock(to);
      if (label === 'throw' && target === 'exit throw' && !isInsideTry(block.terminator)) continue;
      lines.push(`${last.name} ${label === '' ? '->' : `-${label}->`} ${target}`);
    }
  }
  return lines;
}

function nameEvents({ blocks }: FlowGraph, source: string): Event[][] {
  const used = new Map<string, number>();
  const unique = (name: string): string => {
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  };
  const calls = new Set(
    blocks.flatMap(({ terminator }) => (terminator.kind === 'invoke' ? [textOf(terminator.instruction.node, source)] : [])),
  );
  const ending = (block: BasicBlock): string[] =>
    nameOfTerminator(block, source).map((name) => (block.terminator.kind === 'branch' && calls.has(name) ? `${name}?` : name));
  return blocks.map((block) => {
    const names = [...block.instructions.filter(isClose).map(({ node }) => nameOfClose(node, source)), ...ending(block)];
    return names.map((name) => ({ name: unique(block.wayOut === '' ? name : `${name} on ${block.wayOut}`), block }));
  });
}

function isClose({ kind }: PlainInstruction): boolean {
  return kind === 'closeIterator';
}

function isInsideTry(terminator: Terminator): boolean {
  return 'insideTry' in terminator && terminator.insideTry;
}

/** The name of the first event that control comes to from the start of the block. */
function firstEvent({ blocks }: FlowGraph, events: readonly (readonly Event[])[], start: BlockId): string {
  const passed = new Set<BlockId>();
  for (let id = start; !passed.has(id);) {
    passed.add(id);
    const name = events[id]?.[0]?.name;
    if (name !== undefined) return name;
    const terminator = blocks[id]?.terminator;
    if (terminator?.kind === 'exit') return `exit ${terminator.by}`;
    if (terminator?.kind === 'goto') id = terminator.to;
  }
  return 'forever';
}

function edgesOf({ terminator }: BasicBlock): Edge[] {
  switch (terminator.kind) {
    case 'goto':
      return [{ label: '', to: terminator.to }];
    case 'branch':
      return [
        { label: 'true', to: terminator.whenTrue },
        { label: 'false', to: terminator.whenFalse },
      ];
    case 'invoke':
      return [{ label: '', to: terminator.normal }, unwinding(terminator.unwind)];
    case 'iterate':
      return [{ label: 'next', to: terminator.next }, { label: 'done', to: terminator.done }, unwinding(terminator.unwind)];
    case 'yield':
      return [{ label: '', to: terminator.resume }, { label: 'abandon', to: terminator.abandon }, unwinding(terminator.unwind)];
    case 'exit':
      return [];
  }
}

function unwinding(to: BlockId): Edge {
  return { label: 'throw', to };
}

function nameOfTerminator(block: BasicBlock, source: string): string[] {
  const { terminator } = block;
  switch (terminator.kind) {
    case 'goto':
    case 'exit':
      return [];
    case 'branch':
      return [nameOfTest(block, terminator, source)];
    case 'invoke':
      return [nameOfInvoke(terminator.instruction, source)];
    case 'iterate':
      return [nameOfLoop(terminator.node, source)];
    case 'yield':
      return [textOf(terminator.node, source)];
  }
}

function nameOfTest({ instructions }: BasicBlock, { test, node }: Extract<Terminator, { kind: 'branch' }>, source: string): string {
  const maker = instructions.find((instruction) => 'target' in instruction && instruction.target === test);
  if (maker?.kind === 'unary' && (maker.operator === 'isNullish' || maker.operator === 'isUndefined'))
    return `${maker.operator}(${textOf(maker.node, source)})`;
  return maker?.node.type === 'SwitchCase' ? `case ${textOf(node, source)}` : textOf(node, source);
}

function nameOfInvoke({ kind, node }: ThrowingInstruction, source: string): string {
  const text = textOf(node, source);
  if (node.type !== 'VariableDeclarator') return text;
  return kind === 'await' ? `await dispose ${text}` : `dispose ${text}`;
}

function nameOfLoop(node: Node, source: string): string {
  return 'body' in node && node.body !== null && typeof node.body === 'object' && 'range' in node.body
    ? squeeze(source.slice(node.range[0], node.body.range[0]))
    : textOf(node, source);
}

function nameOfClose(node: Node, source: string): string {
  return `close ${textOf('right' in node ? node.right : node, source)}`;
}

/** The source of the node on one line; of a declarator, what it declares. */
function textOf(node: Node, source: string): string {
  const [start, end] = node.type === 'VariableDeclarator' ? node.id.range : node.range;
  return squeeze(source.slice(start, end));
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

export function printInstructions({ blocks }: FlowGraph, source: string): string[] {
  return blocks.flatMap((block) => {
    const { instructions, terminator } = block;
    const lines = instructions.map((instruction) => describe(instruction, source));
    if (terminator.kind === 'invoke') return [...lines, describe(terminator.instruction, source)];
    return [...lines, ...nameOfTerminator(block, source).map((name) => (terminator.kind === 'branch' ? `test ${name}` : name))];
  });
}

function describe(instruction: Instruction, source: string): string {
  const { kind, node } = instruction;
  switch (instruction.kind) {
    case 'literal':
      return `literal ${String(instruction.value)}`;
    case 'readVariable':
      return `read ${instruction.name}`;
    case 'writeVariable':
      return `${instruction.initializes ? 'init' : 'write'} ${instruction.name}`;
    case 'readMember':
      return `get ${describeKey(instruction.key)}`;
    case 'writeMember':
      return `set ${describeKey(instruction.key)}`;
    case 'deleteMember':
      return `delete ${describeKey(instruction.key)}`;
    case 'defineMember':
      return `define ${instruction.as === 'value' ? '' : `${instruction.as} `}${describeKey(instruction.key)}`;
    case 'unary':
    case 'binary':
      return `${kind} ${instruction.operator}`;
    case 'parameter':
      return `${instruction.rest ? 'rest ' : ''}parameter ${instruction.index}`;
    case 'restElements':
      return `rest from ${instruction.from}`;
    case 'restMembers':
      return `rest without ${instruction.excluded.map(describeKey).join(' ')}`;
    case 'openIterator':
      return `open ${instruction.of}`;
    case 'call':
    case 'construct':
    case 'superCall':
    case 'await':
      return `${kind} ${nameOfInvoke(instruction, source)}`;
    case 'opaque':
    case 'closure':
    case 'setThrow':
      return `${kind} ${textOf(node, source)}`;
    case 'setReturn':
      return instruction.value === null ? 'setReturn' : `setReturn ${textOf(node, source)}`;
    case 'newClass':
      return `class ${instruction.class.id?.name ?? ''}`;
    case 'copy':
    case 'newObject':
    case 'newArray':
    case 'spreadMembers':
    case 'this':
    case 'super':
    case 'arguments':
    case 'catch':
    case 'closeIterator':
      return kind;
  }
}

function describeKey(key: MemberKey): string {
  switch (key.kind) {
    case 'name':
      return `.${key.name}`;
    case 'private':
      return `.#${key.name}`;
    case 'computed':
      return '[…]';
  }
}
