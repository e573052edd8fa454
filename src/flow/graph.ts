/**
 * The flow graph: one function, module body or set of field initialisers as basic blocks of simple instructions in
 * evaluation order. It knows TypeScript and no driver. `build.ts` makes it from ESTree, `print.ts` shows it as text.
 *
 * Every expression becomes instructions that read and write temporaries. A `Temp` is written by one instruction, except
 * for the result of `?:`, `&&`, `||` and `??`, which each arm writes with a `copy`. What can throw (calls and the like)
 * ends its basic block: on completion control goes to `normal`, on a throw to `unwind`.
 *
 * Not in the graph: exceptions of member accesses on `undefined`, of arithmetic, and of getters; jobs that run between an
 * `await` and its continuation; the temporal dead zone.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { TSESLint } from '@typescript-eslint/utils';

export type Node = TSESTree.Node;
export type Variable = TSESLint.Scope.Variable;

/** A value that lives inside one activation of one graph; numbered from 0. */
export type Temp = number;
/** Index into `FlowGraph.blocks`. */
export type BlockId = number;

export type FunctionNode = TSESTree.ArrowFunctionExpression | TSESTree.FunctionDeclaration | TSESTree.FunctionExpression;
export type ClassNode = TSESTree.ClassDeclaration | TSESTree.ClassExpression;
/** What has a graph of its own: a function, a module body, or the instance field initialisers of a class. */
export type GraphOwner = FunctionNode | TSESTree.Program | TSESTree.ClassBody;

export type Primitive = string | number | bigint | boolean | null | undefined;

/**
 * How a member is named. `name` also stands for constant computed keys (`x['a']`, `x[0]` is name `0`) and for well-known
 * symbols (`x[Symbol.dispose]` is name `@@dispose`); `private` is `#name` without the `#`.
 */
export type MemberKey =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'private'; readonly name: string }
  | { readonly kind: 'computed'; readonly key: Temp };

export interface Argument {
  readonly value: Temp;
  readonly spread: boolean;
}

export type UnaryOperator = '!' | '+' | '-' | 'typeof' | 'void' | '~' | 'isNullish' | 'isUndefined';

interface At {
  /** The syntax that the instruction stands for; reports and followed calls use it. */
  readonly node: Node;
}

/** Instructions that always complete. */
export type PlainInstruction = At &
  (
    | { readonly kind: 'literal'; readonly target: Temp; readonly value: Primitive }
    /**
     * A value that nobody models: template literals, regular expressions, `import.meta`, JSX. `operands` were evaluated for
     * it; `handsOver` when code that cannot be seen may keep them (JSX attributes, a dynamic import).
     */
    | { readonly kind: 'opaque'; readonly target: Temp; readonly operands: readonly Temp[]; readonly handsOver: boolean }
    | { readonly kind: 'copy'; readonly target: Temp; readonly source: Temp }
    /** `variable` is null for a name that no scope declares (a global). */
    | { readonly kind: 'readVariable'; readonly target: Temp; readonly variable: Variable | null; readonly name: string }
    /** `initializes` for a declaration, a parameter, a catch binding or a loop binding; false for an assignment. */
    | {
        readonly kind: 'writeVariable';
        readonly variable: Variable | null;
        readonly name: string;
        readonly value: Temp;
        readonly initializes: boolean;
      }
    | { readonly kind: 'readMember'; readonly target: Temp; readonly object: Temp; readonly key: MemberKey }
    | { readonly kind: 'writeMember'; readonly object: Temp; readonly key: MemberKey; readonly value: Temp }
    | { readonly kind: 'deleteMember'; readonly target: Temp; readonly object: Temp; readonly key: MemberKey }
    | { readonly kind: 'unary'; readonly target: Temp; readonly operator: UnaryOperator; readonly operand: Temp }
    | {
        readonly kind: 'binary';
        readonly target: Temp;
        readonly operator: TSESTree.BinaryExpression['operator'];
        readonly left: Temp;
        readonly right: Temp;
      }
    | { readonly kind: 'newObject'; readonly target: Temp }
    /** Defines a member of a literal, enum, namespace or class without asking setters. */
    | {
        readonly kind: 'defineMember';
        readonly object: Temp;
        readonly key: MemberKey;
        readonly value: Temp;
        readonly as: 'value' | 'getter' | 'setter';
      }
    /** `{ ...source }` into `object`. */
    | { readonly kind: 'spreadMembers'; readonly object: Temp; readonly source: Temp }
    /** `{ a, ...target } = source`. */
    | { readonly kind: 'restMembers'; readonly target: Temp; readonly source: Temp; readonly excluded: readonly MemberKey[] }
    /** `[, , ...target] = source`: what follows the first `from` elements. */
    | { readonly kind: 'restElements'; readonly target: Temp; readonly source: Temp; readonly from: number }
    /** `undefined` in `elements` is a hole. */
    | { readonly kind: 'newArray'; readonly target: Temp; readonly elements: readonly (Argument | undefined)[] }
    | { readonly kind: 'closure'; readonly target: Temp; readonly function: FunctionNode }
    /** The class value with its methods; static fields and static blocks follow as ordinary instructions on `target`. */
    | { readonly kind: 'newClass'; readonly target: Temp; readonly class: ClassNode; readonly superclass: Temp | null }
    | { readonly kind: 'this'; readonly target: Temp }
    /** `super` as the object of a member access; a call on it has `this` as its receiver. */
    | { readonly kind: 'super'; readonly target: Temp }
    /** The value with which parameter `index` was called; `rest` collects all from there on. */
    | { readonly kind: 'parameter'; readonly target: Temp; readonly index: number; readonly rest: boolean }
    /** `arguments`. */
    | { readonly kind: 'arguments'; readonly target: Temp }
    /** Sets what the activation will return; the jump to the exit (through `finally`) follows. */
    | { readonly kind: 'setReturn'; readonly value: Temp | null }
    /** Sets the exception in flight; the jump to the handler or exit follows. */
    | { readonly kind: 'setThrow'; readonly value: Temp }
    /** Takes the exception in flight: first instruction of a handler, and of a `finally` run because of a throw. */
    | { readonly kind: 'catch'; readonly target: Temp }
    /** Asks `iterable` for its iterator: `for (… of …)`, `for (… in …)`, `for await`. */
    | { readonly kind: 'openIterator'; readonly target: Temp; readonly iterable: Temp; readonly of: 'values' | 'keys' | 'asyncValues' }
    /** The loop is left before its iterator is done. */
    | { readonly kind: 'closeIterator'; readonly iterator: Temp }
  );

/** Instructions that may throw; each ends its basic block. */
export type ThrowingInstruction = At &
  /** `receiver` is the `this` of a method call, null for a plain call. `node` is a CallExpression, TaggedTemplateExpression, Decorator or the `using` declaration. */
  (
    | {
        readonly kind: 'call';
        readonly target: Temp;
        readonly callee: Temp;
        readonly receiver: Temp | null;
        readonly args: readonly Argument[];
      }
    | { readonly kind: 'construct'; readonly target: Temp; readonly callee: Temp; readonly args: readonly Argument[] }
    | { readonly kind: 'superCall'; readonly target: Temp; readonly args: readonly Argument[] }
    | { readonly kind: 'await'; readonly target: Temp; readonly operand: Temp }
  );

export type Instruction = PlainInstruction | ThrowingInstruction;

export type Terminator =
  | { readonly kind: 'goto'; readonly to: BlockId }
  /** `node` is the test expression as the user wrote it. */
  | { readonly kind: 'branch'; readonly test: Temp; readonly node: Node; readonly whenTrue: BlockId; readonly whenFalse: BlockId }
  /** `insideTry` when `unwind` leads to a `catch` or `finally` of this graph: there any call may throw (interface 4.3). */
  | {
      readonly kind: 'invoke';
      readonly instruction: ThrowingInstruction;
      readonly normal: BlockId;
      readonly unwind: BlockId;
      readonly insideTry: boolean;
    }
  /** `target` receives the next value on the way to `next`. */
  | {
      readonly kind: 'iterate';
      readonly node: Node;
      readonly iterator: Temp;
      readonly target: Temp;
      readonly next: BlockId;
      readonly done: BlockId;
      readonly unwind: BlockId;
      readonly insideTry: boolean;
    }
  /** `abandon` is where control goes when the consumer never resumes the generator (through `finally`, to the return exit). */
  | {
      readonly kind: 'yield';
      readonly node: TSESTree.YieldExpression;
      readonly value: Temp | null;
      readonly delegate: boolean;
      readonly target: Temp;
      readonly resume: BlockId;
      readonly abandon: BlockId;
      readonly unwind: BlockId;
      readonly insideTry: boolean;
    }
  /** The end of the activation. Each graph has one block of either kind, `returnExit` and `throwExit`. */
  | { readonly kind: 'exit'; readonly by: 'return' | 'throw' };

export interface BasicBlock {
  readonly id: BlockId;
  readonly instructions: readonly PlainInstruction[];
  readonly terminator: Terminator;
  /** In a copy of a `finally`, disposal or iterator close, the way out that it is for: `return`, `throw`, `break outer`; else empty. */
  readonly wayOut: string;
}

export interface FlowGraph {
  readonly owner: GraphOwner;
  /** In reverse postorder from `entry`; unreachable blocks are left out, except for the two exits. */
  readonly blocks: readonly BasicBlock[];
  readonly entry: BlockId;
  readonly returnExit: BlockId;
  readonly throwExit: BlockId;
  /** Number of temporaries. */
  readonly temps: number;
  /** Blocks that more than one edge enters, or that a loop enters again: where states meet. Indexed by block. */
  readonly isJoin: readonly boolean[];
  /** Temporaries that a successor may still read, by block; all others die with the block. */
  readonly liveOut: readonly ReadonlySet<Temp>[];
}

/** The blocks that control can go to next, in a fixed order. */
export function successors(terminator: Terminator): readonly BlockId[] {
  switch (terminator.kind) {
    case 'goto':
      return [terminator.to];
    case 'branch':
      return [terminator.whenTrue, terminator.whenFalse];
    case 'invoke':
      return [terminator.normal, terminator.unwind];
    case 'iterate':
      return [terminator.next, terminator.done, terminator.unwind];
    case 'yield':
      return [terminator.resume, terminator.abandon, terminator.unwind];
    case 'exit':
      return [];
  }
}
