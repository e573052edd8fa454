/**
 * What is not known of a block that was there before the function was entered. Unknown never reports: the block is in the state in which
 * its first use is right, and from then on that is known.
 */
import type { ContractFunction } from '../../contracts/types.js';
import { begin, registrationOf, WSK_REGISTRATION } from '../../runtime/registrations.js';
import type { Run } from './run.js';

/** Marks what nobody in the program has acquired. */
export const BEFORE = 'before';

/** True: the call gives back what the program may have acquired before, and is right whatever else. */
export function assume(run: Run, contract: ContractFunction, args: readonly unknown[]): boolean {
  const of = contract.acquires?.of ?? contract.releases?.of ?? contract.needs?.[0]?.of;
  const block = of === undefined ? undefined : args[contract.parameters.indexOf(of)];
  if (!(block instanceof WSK_REGISTRATION)) return false;
  const registration = registrationOf(block);
  const unknown = run.unknown.get(block);
  const { acquires, releases } = contract;
  if (releases !== undefined) run.noteRelease(releases.resource, block);
  if (unknown === undefined) return false;
  if (acquires?.resource === 'registration') run.unknown.delete(block);
  else if (registration.state === 'unregistered') {
    begin(registration, block, { Version: 0x100, Reserved: 0, WskClientEvent: null });
    registration.registeredAt = BEFORE;
  }
  if (releases?.resource === 'registration') run.unknown.delete(block);
  if (acquires?.resource === 'capture') unknown.captures = false;
  if (releases?.resource === 'capture' && unknown.captures && registration.captures.length === 0) registration.captures.push(BEFORE);
  return false;
}
