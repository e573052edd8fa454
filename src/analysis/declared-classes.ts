/**
 * Instances of which only the declared class is known: a parameter, a field that something else sets, a cast context. Its methods are followed as
 * the class has them, unless a subclass that can be seen has others.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { ClassNode, FunctionNode, Node } from '../flow/graph.js';
import type { External } from '../resolve/external.js';
import { fieldOf, getterOf, memberNames, methodsOf, setterOf } from './class-members.js';
import { classesOf, isClass, isFunction, type Program } from './program.js';

/** What a class gives its instances under a name. */
type DeclaredMember =
  | { readonly kind: 'method' | 'getter'; readonly function: FunctionNode }
  /** A field that nobody writes to once it is initialised. */
  | { readonly kind: 'constant'; readonly constant: External };

/** Longer chains of classes are not looked through. */
const MAX_DEPTH = 32;

export class DeclaredClasses {
  readonly #program: Program;
  #names: ReadonlySet<string> | undefined;
  #subclasses: ReadonlyMap<ClassNode, readonly ClassNode[]> | undefined;
  /** Members that functions write to. */
  written: ReadonlySet<string> = new Set();

  constructor(program: Program) {
    this.#program = program;
  }

  /**
   * The class of the object of a member expression that has a member `key`: the one that it is declared to be an instance of, or the one that is
   * known from where it came from (`before`) when that is below.
   */
  classAt(node: Node, key: string, before: ClassNode | undefined): ClassNode | undefined {
    const cls = this.#classAt(node, key);
    return cls !== undefined && before !== undefined && this.#subclassesOf(cls).includes(before) ? before : cls;
  }

  /** What a class gives its instances under a name, those of classes below included. */
  memberOf(cls: ClassNode, key: string): DeclaredMember | undefined {
    const owner = this.#ownerOf(cls, key);
    if (owner === undefined) return undefined;
    const methods = methodsOf(owner);
    const method = methods.get(key);
    if (method !== undefined) return key === 'constructor' ? undefined : { kind: 'method', function: method };
    const getter = methods.get(getterOf(key));
    if (getter !== undefined) return { kind: 'getter', function: getter };
    const field = fieldOf(owner, key);
    return field === undefined || !this.#keeps(field, key) ? undefined : this.#initial(field);
  }

  setterOf(cls: ClassNode, key: string): FunctionNode | undefined {
    const owner = this.#ownerOf(cls, key);
    return owner && methodsOf(owner).get(setterOf(key));
  }

  /** The method that `super` finds in code of a class. */
  methodAbove(cls: ClassNode, key: string): FunctionNode | undefined {
    const above = this.superclassOf(cls);
    const owner = above && this.#nearest(above, key);
    return owner && methodsOf(owner).get(key);
  }

  /** Whether a field is what it was made as: whoever holds an instance may write to a public one, but rarely to one that holds a function. */
  #keeps({ readonly, accessibility, key: { type }, value }: TSESTree.PropertyDefinition, key: string): boolean {
    if (readonly) return true;
    const isOwn = accessibility === 'private' || type === 'PrivateIdentifier' || (value !== null && isFunction(value));
    return isOwn && !this.written.has(key);
  }

  #initial({ value }: TSESTree.PropertyDefinition): DeclaredMember | undefined {
    if (value === null) return undefined;
    if (isFunction(value)) return { kind: 'method', function: value };
    if (value.type === 'Literal' && typeof value.value === 'number')
      return { kind: 'constant', constant: { kind: 'constant', name: value.raw, value: value.value } };
    if (value.type !== 'Identifier') return undefined;
    const { scopes, resolver } = this.#program.moduleOf(value);
    const variable = scopes.variableOf(value);
    const constant = variable === null ? undefined : resolver.importedBinding(variable);
    return constant?.kind === 'constant' ? { kind: 'constant', constant } : undefined;
  }

  /** The class at a member expression whose object is declared to be an instance of one that has a member `key`. */
  #classAt(node: Node, key: string): ClassNode | undefined {
    if (node.type !== 'MemberExpression') return undefined;
    // Most names are those of no class in sight: nobody is asked for the type then.
    this.#names ??= new Set(this.#allClasses().flatMap((cls) => [...memberNames(cls)]));
    return this.#names.has(key) ? this.#program.classOf(node.object) : undefined;
  }

  /** The class, of this one and those that it extends, that has the member; undefined when a class below has one of its own. */
  #ownerOf(cls: ClassNode, key: string): ClassNode | undefined {
    if (this.#subclassesOf(cls).some((below) => memberNames(below).has(key))) return undefined;
    return this.#nearest(cls, key);
  }

  #nearest(cls: ClassNode, key: string): ClassNode | undefined {
    for (const at of this.line(cls)) if (memberNames(at).has(key)) return at;
    return undefined;
  }

  /** The class that a class extends, if its name tells. */
  superclassOf({ superClass }: ClassNode): ClassNode | undefined {
    if (superClass?.type !== 'Identifier') return undefined;
    const module = this.#program.moduleOf(superClass);
    const variable = module.scopes.variableOf(superClass);
    if (variable === null) return undefined;
    const linked = this.#program.linked(module, variable) ?? { variable };
    const node = 'variable' in linked ? linked.variable.defs[0]?.node : undefined;
    return node !== undefined && isClass(node) ? node : undefined;
  }

  /** A class and those that it extends, nearest first, as far as their names tell. */
  *line(cls: ClassNode): Generator<ClassNode> {
    let at: ClassNode | undefined = cls;
    for (let depth = 0; at !== undefined && depth < MAX_DEPTH; depth++) {
      yield at;
      at = this.superclassOf(at);
    }
  }

  /** Every class that extends this one, directly or not. */
  #subclassesOf(cls: ClassNode): readonly ClassNode[] {
    const direct = (this.#subclasses ??= this.#findSubclasses());
    const found = new Set(direct.get(cls));
    for (const each of found) for (const below of direct.get(each) ?? []) found.add(below);
    return [...found];
  }

  #findSubclasses(): Map<ClassNode, ClassNode[]> {
    const direct = new Map<ClassNode, ClassNode[]>();
    for (const node of this.#allClasses()) {
      const above = this.superclassOf(node);
      if (above !== undefined) direct.set(above, [...(direct.get(above) ?? []), node]);
    }
    return direct;
  }

  #allClasses(): ClassNode[] {
    return [...this.#program.modules].flatMap(classesOf);
  }
}
