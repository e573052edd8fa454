/** What things are declared to be of which the program text does not say what they are. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Variable } from '../flow/graph.js';
import type { DeclaredType } from '../resolve/declared-types.js';
import { fieldOf } from './class-members.js';
import { classOf } from './classes.js';
import * as constraint from './constraint.js';
import type { Constraint } from './constraint.js';
import type { Engine } from './engine.js';
import { parentOf } from './program.js';
import type { State } from './state.js';
import type { Atom } from './values.js';

/** What an atom is declared to be: one of these; undefined when nothing says so. */
export function declaredParts(engine: Engine, state: State, atom: Atom): readonly Constraint[] | undefined {
  const place = declarationOf(engine, state, atom, []);
  const type = place && engine.program.moduleOf(place.node).resolver.typeOf(place.node, place.path);
  return type && partsOf(type);
}

const kinds = {
  string: constraint.STRING,
  number: constraint.NUMBER,
  bigint: constraint.BIGINT | constraint.BIGINT_ZERO,
  object: constraint.OBJECT,
};

const partsOf = (type: DeclaredType): readonly Constraint[] => [
  ...type.units.map(constraint.ofPrimitive),
  ...type.kinds.map((kind) => constraint.ofKinds(kinds[kind])),
];

/** Members of members of members: more than these are not looked up. */
const MAX_PATH = 4;

interface Declaration {
  readonly node: TSESTree.Node;
  readonly path: readonly string[];
}

/** Where it is declared what an atom is: by a variable, parameter, field or call, or by what is a member of which. */
function declarationOf(engine: Engine, state: State, atom: Atom, path: readonly string[]): Declaration | undefined {
  const { universe } = engine;
  const info = universe.info(atom);
  switch (info.kind) {
    case 'entry': {
      const node = 'defs' in info.of ? (info.of as Variable).defs[0]?.name : (info.of as TSESTree.Node);
      return node && { node, path };
    }
    case 'result':
      return info.tag === '' && 'type' in info.site ? { node: info.site as TSESTree.Node, path } : undefined;
    case 'member': {
      if (path.length >= MAX_PATH) return undefined;
      const cls = classOf(universe, state, info.base);
      const of = cls === undefined ? undefined : universe.info(cls);
      const field = of?.kind === 'class' ? fieldOf(of.class, info.key) : undefined;
      return field === undefined ? declarationOf(engine, state, info.base, [info.key, ...path]) : { node: field, path };
    }
    case 'object': {
      // `const state: State = { … }`
      const parent = 'type' in info.site ? parentOf(info.site as TSESTree.Node) : undefined;
      return parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? { node: parent.id, path } : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether an atom is declared to be a string, and nothing else. */
export const isDeclaredString = (engine: Engine, state: State, atom: Atom): boolean =>
  declaredParts(engine, state, atom)?.every((part) => part.kinds === constraint.STRING) === true;
