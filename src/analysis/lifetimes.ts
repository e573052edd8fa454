/**
 * How long what a call acquired may stay: until the function ends, when it fails or the object is its own; until the driver
 * unloads; otherwise until some function of the module gives it back (interface 4.4 to 4.6).
 */
import type { FunctionNode } from '../flow/graph.js';
import { wasDoneBefore } from './done-before.js';
import type { Engine } from './engine.js';
import { isEnteredByOthers, isMemberHandedOut } from './entry-points.js';
import { isFailure } from './failure.js';
import type { Frame } from './frame.js';
import type { ModuleVariables } from './identities.js';
import * as intMap from './int-map.js';
import { checkScope } from './kept-data.js';
import { exitText, isRundown, isUnfollowed, reportLeak, reportLostStatus } from './leaks.js';
import { held } from './object-state.js';
import type { Obligations } from './obligations.js';
import { isInside, keptCells, outsideOf, reachedFrom, reachOfContexts, wasThereBefore } from './outliving.js';
import { isFunction, type Module } from './program.js';
import type { State } from './state.js';
import { isStatusReached } from './statuses.js';
import { isDriverUnload, unload } from './unloading.js';
import { TOP, type Atom, type Value } from './values.js';

export class Lifetimes {
  readonly #engine: Engine;
  readonly #variables: ModuleVariables;
  readonly #obligations: Obligations;
  /** The routines that are wrong at the end of a driver's life; what they do wrong whatever came before would be that once more. */
  readonly toldOfUnload: Set<FunctionNode> = new Set();

  constructor(engine: Engine, variables: ModuleVariables, obligations: Obligations) {
    this.#engine = engine;
    this.#variables = variables;
    this.#obligations = obligations;
  }

  /** A function that was entered from outside has ended. */
  leave(frame: Frame, exit: State, by: 'return' | 'throw', isDriverEntry: boolean): void {
    const engine = this.#engine;
    const obligations = this.#obligations;
    const outcome = by === 'return' ? exit.returned : exit.thrown;
    const text = exitText(frame, by, outcome?.node ?? null);
    const fails =
      by === 'throw' ||
      (frame.owner.type !== 'Program' && isFailure(engine, exit, outcome?.value ?? engine.universe.undefined, frame.index.returnsValue));
    this.#statuses(frame, exit, outcome?.value ?? TOP);
    if (by === 'return' && exit.duty !== null) engine.callbacks.leave(frame, exit, keptCells(engine, this.#variables, frame, exit));
    // A path that a fatal misuse has ended goes on nowhere.
    const unloads = isDriverEntry && !fails && !exit.thread.isOver ? this.#unload(frame, exit) : false;
    const unloadsAfter = isFunction(frame.owner) && isDriverUnload(frame.module.resolver.roleOf(frame.owner)?.role);
    if (by === 'return' && frame.caller === null && isFunction(frame.owner) && mayBeCalledByOthers(frame.owner, frame.module))
      obligations.noteHandedOut(outcome?.value ?? TOP, exit);
    if (exit.hot === null) return;
    const outside = outsideOf(engine, this.#variables, frame, exit);
    const handedOut = reachedFrom(engine, exit, [outcome?.value ?? TOP]);
    const attached = fails ? null : reachOfContexts(engine, exit);
    const isLeft = (atom: Atom): boolean => outside.has(atom) || handedOut.has(atom) || wasThereBefore(engine, atom);
    if (frame.owner.type !== 'Program')
      checkScope(engine, exit, (atom) => isLeft(atom) && !(fails && isHeldSomehow(engine, exit, atom)), text);
    intMap.forEach(exit.hot, (atom) => {
      for (const [resource, holding] of held(engine.objectState(exit, atom))) {
        const comesBack = attached?.has(atom) === true;
        const outlives = outside.has(atom) || comesBack || wasThereBefore(engine, atom);
        if (handedOut.has(atom) && !fails) continue;
        if (isRundown(resource)) {
          if (isInside(engine, this.#variables, frame, exit, atom) && obligations.givesElementsBack(resource)) continue;
          const goesAway = unloadsAfter || (isDriverEntry && fails);
          if (goesAway || !outlives) {
            reportLeak(engine, exit, atom, resource, holding, text);
            continue;
          }
        }
        const isElement = isUnfollowed(engine, exit, atom) || (isDriverEntry && isInside(engine, this.#variables, frame, exit, atom));
        if (isElement && obligations.releasesElements(resource)) continue;
        const isLeak = !isRundown(resource) && (fails || !outlives);
        const left = { state: exit, atom, resource, holding };
        if (isLeak && !isElement) reportLeak(engine, exit, atom, resource, holding, text);
        else if (isLeak) obligations.addInside(left, text);
        else if (!unloads) obligations.add(frame, left, isElement || comesBack);
      }
    });
  }

  /** Statuses that nobody looked at when the function ends, and that nobody gets at through what it returns or leaves behind. */
  #statuses(frame: Frame, exit: State, returned: Value): void {
    if (exit.unexamined === null) return;
    const handedOut = reachedFrom(this.#engine, exit, [returned]);
    const outside = outsideOf(this.#engine, this.#variables, frame, exit);
    intMap.forEach(exit.unexamined, (atom, call) => {
      if (!isStatusReached(this.#engine, atom, handedOut) && !isStatusReached(this.#engine, atom, outside))
        reportLostStatus(this.#engine, exit, call, this.#engine.nameOfStatus(atom));
    });
  }

  /** Runs the routine that the entry routine put into `DriverUnload`; false when there is none to be seen. */
  #unload(frame: Frame, loaded: State): boolean {
    const engine = this.#engine;
    const unloading = unload(engine, frame, loaded);
    if (unloading === null) return false;
    const { routine, ends, isWrong } = unloading;
    if (isWrong) this.toldOfUnload.add(routine);
    for (const state of ends) {
      intMap.forEach(state.hot, (atom) => {
        for (const [resource, holding] of held(engine.objectState(state, atom))) {
          if (wasDoneBefore(engine, this.#obligations.afterLoading, state, atom, ends)) continue;
          // What is in a collection is not told apart from what is taken out of it and given back.
          if (isInside(engine, this.#variables, frame, loaded, atom) && this.#obligations.givesElementsBack(resource)) continue;
          reportLeak(engine, state, atom, resource, holding, 'the driver unloads');
        }
      });
    }
    return true;
  }
}

const mayBeCalledByOthers = (fn: FunctionNode, module: Module): boolean => isEnteredByOthers(fn, module) || isMemberHandedOut(fn, module);

const isHeldSomehow = (engine: Engine, state: State, atom: Atom): boolean => [...held(engine.objectState(state, atom))].length > 0;
