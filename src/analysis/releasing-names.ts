/** Which functions may give something back, by their names: what a method can do of which nobody knows whose it is. */
import { contractFunctions } from '../contracts/functions.js';
import type { Releases, Resource } from '../contracts/types.js';
import type { FunctionNode, Node } from '../flow/graph.js';
import type { ModuleFacts } from './module-facts.js';
import { isFunction, parentOf } from './program.js';

/** A call: what it gives back itself, the name of what it calls, and the names of the functions around it. */
interface NamedCall {
  readonly releases: Resource | undefined;
  readonly callee: string | undefined;
  readonly around: readonly string[];
}

/** The names of functions of these modules that give back such a resource, or call something of the name of one that does. */
export function releasingNames(modules: readonly ModuleFacts[], resource: Resource): ReadonlySet<string> {
  const calls = modules.flatMap(callsIn);
  const found = new Set<string>();
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { releases, callee, around } of calls)
      if (releases === resource || (callee !== undefined && found.has(callee))) for (const name of around) found.add(name);
  }
  return found;
}

function callsIn({ module, nodes, relevance }: ModuleFacts): NamedCall[] {
  return nodes.flatMap((node): NamedCall[] => {
    if (node.type !== 'CallExpression') return [];
    const functions = functionsAround(node);
    if (!functions.some((fn) => relevance.functions.has(fn))) return [];
    const external = module.resolver.callee(node);
    const contract: { readonly releases?: Releases } | undefined =
      external?.kind === 'function' ? contractFunctions[external.name] : undefined;
    const around = functions.flatMap((fn) => nameOf(fn) ?? []);
    return [{ releases: contract?.releases?.resource, callee: calleeName(node.callee), around }];
  });
}

function functionsAround(node: Node): FunctionNode[] {
  const found: FunctionNode[] = [];
  for (let at = parentOf(node); at !== undefined; at = parentOf(at)) if (isFunction(at)) found.push(at);
  return found;
}

/** The name of a variable or member that a function is the value of. */
function nameOf(fn: FunctionNode): string | undefined {
  const { parent } = fn;
  switch (parent.type) {
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'Property':
      return keyOf(parent.key);
    case 'VariableDeclarator':
      return keyOf(parent.id);
    default:
      return fn.id?.name;
  }
}

const calleeName = (callee: Node): string | undefined => keyOf(callee.type === 'MemberExpression' ? callee.property : callee);

function keyOf(key: Node): string | undefined {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'PrivateIdentifier' ? `#${key.name}` : undefined;
}
