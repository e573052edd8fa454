/** What a thread can wait for, events, timers and threads alike: signalled or not, and whether one wait takes the signal away. */
import { KernelHandle } from './basics.js';
import { machine } from './machine.js';

interface Dispatcher {
  signalled: boolean;
  /** True: the first wait that succeeds takes the signal away. */
  readonly synchronization: boolean;
}

const dispatchers = machine.part(() => new WeakMap<object, Dispatcher>());

export function setDispatcher(object: object, dispatcher: Dispatcher): void {
  dispatchers().set(object, dispatcher);
}

/** What is known of an object; one that was never initialised is a notification object that is not signalled. */
export function dispatcherOf(object: object): Dispatcher {
  const known = dispatchers().get(object);
  if (known !== undefined) return known;
  const made = { signalled: false, synchronization: false };
  dispatchers().set(object, made);
  return made;
}

export const describe = (object: object): string =>
  object instanceof KernelHandle ? `a ${object.toString()}` : `a ${object.constructor.name}`;
