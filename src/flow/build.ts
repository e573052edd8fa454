/**
 * Makes the flow graph of a function, a module body or the instance fields of a class from its syntax tree.
 *
 * Lowering is split by construct: `statements.ts` and `expressions.ts` hold the dispatch tables, `builder.ts` the machinery,
 * `order.ts` makes the finished graph of what was written. What the graph does not model stands in `graph.ts` and in each file's head.
 */
import type { FlowGraph, GraphOwner } from './graph.js';
import { Builder } from './builder.js';
import { lowerInstanceFields } from './classes.js';
import { lowerExpression } from './expressions.js';
import { lowerBody, lowerFunction } from './functions.js';
import { finish } from './order.js';
import type { Scopes } from './scopes.js';
import { lowerStatement } from './statements.js';

export { GraphTooLarge, MAX_BLOCKS } from './builder.js';
export { fieldInitialisers } from './classes.js';
export { createScopes } from './scopes.js';
export type { Scopes } from './scopes.js';

/** Throws `GraphTooLarge` for a function that no graph should be made of; its time is linear in the size of the function. */
export function buildGraph(owner: GraphOwner, scopes: Scopes): FlowGraph {
  const b = new Builder(owner, scopes, { expression: lowerExpression, statement: lowerStatement });
  lowerOwner(b, owner);
  return finish(b);
}

function lowerOwner(b: Builder, owner: GraphOwner): void {
  switch (owner.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionDeclaration':
    case 'FunctionExpression':
      lowerFunction(b, owner);
      return;
    case 'Program':
      lowerBody(b, owner, owner.body);
      return;
    case 'ClassBody':
      lowerInstanceFields(b, owner);
  }
}
