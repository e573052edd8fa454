/**
 * Test helper: parses a piece of code and makes its graph. Code may be a module, or the body of a function.
 */
import * as parser from '@typescript-eslint/parser';
import { buildGraph, createScopes } from './build.js';
import type { FlowGraph, GraphOwner, Node } from './graph.js';
import { printFlow, printInstructions } from './print.js';

type VisitorKeys = Readonly<Record<string, readonly string[] | undefined>>;

type OwnerType = `${GraphOwner['type']}`;

interface Parsed {
  readonly source: string;
  /** All that has a graph of its own, outer before inner. */
  readonly owners: readonly GraphOwner[];
  readonly graphOf: (owner: GraphOwner) => FlowGraph;
}

export function parse(source: string): Parsed {
  const { ast, scopeManager, visitorKeys } = parser.parseForESLint(source, {
    range: true,
    sourceType: 'module',
    ecmaFeatures: { jsx: !source.includes('<unknown>') },
  });
  const nodes = linkParents(ast, visitorKeys);
  const scopes = createScopes(scopeManager);
  return { source, owners: nodes.filter(isOwner), graphOf: (owner) => buildGraph(owner, scopes) };
}

/** As ESLint does before it asks any rule. Returns all nodes. */
function linkParents(root: Node, visitorKeys: VisitorKeys): Node[] {
  const nodes = [root];
  for (const node of nodes)
    for (const child of childrenOf(node, visitorKeys)) {
      child.parent = node;
      nodes.push(child);
    }
  return nodes;
}

function childrenOf(node: Node, visitorKeys: VisitorKeys): Node[] {
  const fields = node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null | undefined>>;
  return (visitorKeys[node.type] ?? []).flatMap((key) => fields[key] ?? []).filter((child) => child !== null);
}

function isOwner(node: Node): node is GraphOwner {
  return ['ArrowFunctionExpression', 'ClassBody', 'FunctionDeclaration', 'FunctionExpression', 'Program'].includes(node.type);
}

/** The graph of the first owner of the kind, or of the whole module. */
export function graphIn(parsed: Parsed, type: OwnerType = 'Program'): FlowGraph {
  const owner = parsed.owners.find((each) => each.type === type);
  if (owner === undefined) throw new Error(`no ${type} in: ${parsed.source}`);
  return parsed.graphOf(owner);
}

/** The picture of the first owner of the kind, or of the whole module. */
export function flowOf(source: string, type?: OwnerType): string[] {
  return printFlow(graphIn(parse(source), type), source);
}

export function instructionsOf(source: string, type?: OwnerType): string[] {
  return printInstructions(graphIn(parse(source), type), source);
}

/** The picture of `code` as the body of a function; `kind` is what stands before `function`, or `*` after it. */
export function flowIn(code: string, kind: '' | 'async ' | '*' | 'async *' = ''): string[] {
  return flowOf(functionAround(code, kind), 'FunctionDeclaration');
}

export function instructionsIn(code: string, kind: '' | 'async ' | '*' | 'async *' = ''): string[] {
  return instructionsOf(functionAround(code, kind), 'FunctionDeclaration');
}

function functionAround(code: string, kind: string): string {
  return `${kind.replace('*', '')}function ${kind.includes('*') ? '*' : ''}f() {\n${code}\n}`;
}
