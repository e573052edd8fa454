/** What is still held when functions have ended, and which of it some function of the module gives back (interface 4.5). */
import type { Resource } from '../contracts/types.js';
import type { Engine } from './engine.js';
import { elementSite } from './elements.js';
import type { Frame } from './frame.js';
import { endOfName, identitiesOf, memberNameOf, namesInClasses, sharedNames, type ModuleVariables } from './identities.js';
import { isKeptElsewhere, releasesHanded } from './kept-elsewhere.js';
import { isRundown, releaserOf, reportLeak, reportNeverReleased } from './leaks.js';
import type { Holding } from './object-state.js';
import * as intMap from './int-map.js';
import { isOpenMember, Ownership } from './ownership.js';
import type { State } from './state.js';
import type { Atom, Value } from './values.js';
import type { Words } from './wording.js';

/** Something that is held when a function ends. */
export interface Held {
  readonly state: State;
  readonly atom: Atom;
  readonly resource: Resource;
  readonly holding: Holding;
}

/** The names by which others know it. */
interface Left extends Held {
  readonly identities: ReadonlySet<string>;
}

/** Some function has to give it back. */
interface Obligation extends Left {
  /** Nobody can tell which it is by whatever name it is given back: it is in a collection, was taken out of one, or comes back to a callback. */
  readonly isElement: boolean;
}

/** Nobody gives it back, unless it is by a method that is only known by its name. */
interface LeakInside extends Left {
  /** How the function ended. */
  readonly text: Words;
}

export class Obligations {
  readonly #engine: Engine;
  readonly #variables: ModuleVariables;
  readonly #ownership: Ownership;
  readonly #obligations: Obligation[] = [];
  /** In collections whose contents are not followed. */
  readonly #leaksInside: LeakInside[] = [];
  readonly #released = new Map<Resource, Set<string>>();
  /** How the names end of what is given back that may be a member of any instance. */
  readonly #endsOfReleased = new Map<Resource, Set<string>>();
  /** Names of what others get from functions that they call, or of what is handed to them. */
  readonly #givenOut = new Set<string>();
  /** By the names of methods that nobody sees: the objects of which they are called. */
  readonly #calledOn = new Map<string, Set<string>>();
  #loaded: State;
  readonly #releasing: (resource: Resource) => ReadonlySet<string>;

  /** `releasing`: the names of the functions that may give back such a resource. */
  constructor(engine: Engine, variables: ModuleVariables, releasing: (resource: Resource) => ReadonlySet<string>) {
    this.#engine = engine;
    this.#variables = variables;
    this.#ownership = new Ownership(engine, variables);
    this.#releasing = releasing;
    this.#loaded = engine.emptyState();
  }

  /** What loading the modules left. */
  get afterLoading(): State {
    return this.#loaded;
  }

  /** The module is loaded: what it holds then has names by that, too. */
  noteLoaded(loaded: State): void {
    this.#loaded = loaded;
  }

  /** A call gives back what this activation did not acquire. */
  noteRelease(resource: Resource, atom: Atom, state: State): void {
    let released = this.#released.get(resource);
    if (released === undefined) this.#released.set(resource, (released = new Set()));
    for (const identity of identitiesOf(this.#engine, this.#variables, state, atom)) {
      released.add(identity);
      const name = memberNameOf(identity);
      if (name !== undefined) released.add(`*${name}`);
    }
    const end = endOfName(this.#engine, atom);
    if (end !== undefined) this.noteReleaseUnder(resource, end);
  }

  /** A call gives back something of which nobody knows more than how its name ends. */
  noteReleaseUnder(resource: Resource, end: string): void {
    let ends = this.#endsOfReleased.get(resource);
    if (ends === undefined) this.#endsOfReleased.set(resource, (ends = new Set()));
    ends.add(end);
  }

  /** A method is called of which nobody knows what it does. */
  noteUnseenMethod(name: string, atom: Atom, state: State): void {
    let objects = this.#calledOn.get(name);
    if (objects === undefined) this.#calledOn.set(name, (objects = new Set()));
    for (const identity of identitiesOf(this.#engine, this.#variables, state, atom)) objects.add(identity);
  }

  /** Others got a value, from a function that they call or as an argument: it, and what whoever has it can get at, may be given back there. */
  noteHandedOut(value: Value, state: State): void {
    const { universe, program } = this.#engine;
    // What somebody handed in was theirs before; nothing of a constant belongs to anybody.
    const isOwn = (atom: Atom): boolean => {
      const info = universe.info(atom);
      return info.kind !== 'constant' && (info.kind !== 'entry' || program.isModuleVariable(info.of));
    };
    const handed = new Set(universe.atoms(value).filter(isOwn));
    for (const atom of handed)
      for (const identity of identitiesOf(this.#engine, this.#variables, state, atom)) this.#givenOut.add(identity);
    for (const holder of handed) {
      if (universe.info(holder).kind !== 'object') continue;
      intMap.forEach(intMap.get(state.heap, holder)?.members ?? null, (key, held) => {
        const name = universe.keyName(key);
        if (name.startsWith('#') || name.startsWith('[[') || !isOpenMember(this.#engine, state, holder, name)) return;
        for (const atom of universe.atoms(held)) handed.add(atom);
      });
    }
    for (const atom of handed) this.#givenOut.add(`a${atom}`);
  }

  /** Some function has to give it back. `isNameless`: it is in a collection whose contents are not followed, or comes back to a callback as part of its context. */
  add(frame: Frame, held: Held, isNameless: boolean): void {
    const { state, atom } = held;
    const identities = new Set([
      ...identitiesOf(this.#engine, this.#variables, state, atom),
      ...sharedNames(this.#engine, frame, state, atom),
    ]);
    this.#obligations.push({ ...held, identities, isElement: isNameless || elementSite(this.#engine.universe, atom) !== null });
  }

  /** Nobody may give it back any more but what takes it out of the collection that it is in. */
  addInside(held: Held, text: Words): void {
    this.#leaksInside.push({ ...held, identities: identitiesOf(this.#engine, this.#variables, held.state, held.atom), text });
  }

  /** Which element it is that is given back, or waited for, nobody can tell. */
  givesElementsBack(resource: Resource): boolean {
    return this.releasesElements(resource) || (isRundown(resource) && this.#engine.callbacks.isUsedSomewhere(releaserOf(resource)));
  }

  /** Some function gives back what it took out of a collection. */
  releasesElements(resource: Resource): boolean {
    return [...(this.#released.get(resource) ?? [])].some((identity) => identity.includes('[]'));
  }

  /** Whether something is held that nothing was seen to give back. */
  isSomethingLeft(): boolean {
    return this.#obligations.some((obligation) => this.#isUnmet(obligation));
  }

  /** Reports what no function gives back. */
  finish(): void {
    for (const { state, atom, resource, holding, identities, text } of this.#leaksInside)
      if (!this.#mayBeReleasedInside(identities, resource)) reportLeak(this.#engine, state, atom, resource, holding, text);
    for (const obligation of this.#obligations) {
      const { state, atom, resource, holding } = obligation;
      if (this.#isUnmet(obligation)) reportNeverReleased(this.#engine, state, atom, resource, holding);
    }
  }

  #isUnmet({ state, atom, resource, identities, isElement }: Obligation): boolean {
    // Whatever the handle is called by then, some function waits; it may be for this one.
    if (isRundown(resource) && this.#engine.callbacks.isUsedSomewhere(releaserOf(resource))) return false;
    const released = this.#released.get(resource) ?? new Set();
    if ([...identities].some((identity) => released.has(identity) || this.#givenOut.has(identity))) return false;
    if (this.#mayBeReleasedElsewhere(identities, resource, released)) return false;
    // Which element it is that somebody gives back, nobody can tell (interface 4.8).
    if (isElement && (this.releasesElements(resource) || [...identities].some((each) => released.has(`*${memberNameOf(each) ?? ''}`))))
      return false;
    if (this.#mayBeReleasedUnder(this.#moreNames(state, atom), resource, released)) return false;
    return !this.#ownership.belongsToOthers(state, atom) && !this.#mayBeReleasedUnseen(identities, resource);
  }

  /** Names that it has by what holds it besides what led to it there. */
  #moreNames(state: State, atom: Atom): { readonly inModule: readonly string[]; readonly inClasses: readonly string[] } {
    const engine = this.#engine;
    return {
      inModule: [state, this.#loaded].flatMap((at) => [...identitiesOf(engine, this.#variables, at, atom)]),
      inClasses: [state, this.#loaded].flatMap((at) => namesInClasses(engine, at, atom)),
    };
  }

  /** Whether what some function gives back may be this: under such a name, any member of what holds it, or that member of any instance. */
  #mayBeReleasedUnder(
    { inModule, inClasses }: { readonly inModule: readonly string[]; readonly inClasses: readonly string[] },
    resource: Resource,
    released: ReadonlySet<string>,
  ): boolean {
    const ends = [...(this.#endsOfReleased.get(resource) ?? [])];
    const isReleased = (name: string): boolean => {
      const holder = name.slice(0, -(memberNameOf(name) ?? name).length);
      return released.has(name) || (holder !== '' && released.has(`${holder}[]`));
    };
    return [...inModule, ...inClasses].some(isReleased) || inClasses.some((name) => ends.some((end) => name.endsWith(end)));
  }

  /** Whether another file, which alone holds the object, may give it back: it mentions what does, or calls what does so here. */
  #mayBeReleasedElsewhere(identities: ReadonlySet<string>, resource: Resource, released: ReadonlySet<string>): boolean {
    const { program } = this.#engine;
    if (!isKeptElsewhere(program, identities, this.#variables)) return false;
    return releasesHanded(released, this.#variables) || program.isMentionedAround(releaserOf(resource));
  }

  /** Whether some object that leads to this one has a method called that may be one which gives it back. */
  #mayBeReleasedUnseen(identities: ReadonlySet<string>, resource: Resource): boolean {
    const objects = this.#maybeReleasedFrom(resource);
    return [...identities].some((identity) =>
      objects.some((object) => identity.startsWith(`${object}.`) || identity.startsWith(`${object}[`)),
    );
  }

  /** The same for what is in a collection, itself or in a function there; of what has no other name, the state does not always say in which. */
  #mayBeReleasedInside(identities: ReadonlySet<string>, resource: Resource): boolean {
    if (this.#mayBeReleasedUnseen(identities, resource)) return true;
    const isElement = (identity: string): boolean => identity.includes('[]');
    return (
      ![...identities].some((identity) => identity.startsWith('c') || isElement(identity)) &&
      this.#maybeReleasedFrom(resource).some(isElement)
    );
  }

  /** The objects of which a method is called that nobody sees, under the name of one that gives back such a resource: an interface tells only names. */
  #maybeReleasedFrom(resource: Resource): string[] {
    if (this.#calledOn.size === 0) return [];
    const names = this.#releasing(resource);
    return [...this.#calledOn].flatMap(([name, objects]) => (names.has(name) ? [...objects] : []));
  }
}
