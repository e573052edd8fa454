/**
 * The dispatch tables that two attached modules hand each other: they stay as they were (A5, V3), and are not used after the detach callback
 * was called (T1). A table that is no plain object is handed over as it is, and its use is not seen; neither is that of a function
 * that was taken from a table before.
 */
import { machine } from './machine.js';
import { flatten } from './nmr-modules.js';
import type { Binding } from './nmr-bindings.js';

type Side = 'client' | 'provider';

/** The other side's table, for `user`: taking a function from it after the user's detach callback was called is refused (T1). */
export function guardDispatch(table: unknown, binding: Binding, user: Side): unknown {
  if (typeof table !== 'object' || table === null || Object.getPrototypeOf(table) !== Object.prototype) return table;
  return new Proxy(table, {
    get(target, key): unknown {
      const value: unknown = Reflect.get(target, key);
      if (typeof value === 'function' && binding.detachment[user] !== 'attached') {
        const where = `the dispatch table of the ${user === 'client' ? 'provider' : 'client'}`;
        machine.refuse('T1', where, `${String(key)} is used after the detach callback was called`, binding.handle);
      }
      return value;
    },
  });
}

/** Found out when the side is asked to detach. */
export function noteChangedDispatch(binding: Binding, side: Side, caller: string): void {
  const then = binding.then[side];
  const table = side === 'client' ? binding.clientDispatch : binding.providerDispatch;
  const now = flatten(table, 0);
  const same = now.length === then.length && now.every((value, index) => value === then[index]);
  if (same) return;
  const message = `the dispatch table of the ${side} was changed while attached`;
  machine.note(side === 'client' ? 'A5' : 'V3', caller, message, binding.handle, undefined, binding[side].image);
}
