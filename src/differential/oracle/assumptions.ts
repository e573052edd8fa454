/**
 * What is not known of a block that was there before the function was entered. Unknown never reports: the block is in the state in which
 * its first use is right, and from then on that is known.
 */
import type { ContractFunction } from '../../contracts/types.js';
import { begin, registrationOf, WSK_REGISTRATION, type Registration } from '../../runtime/registrations.js';
import { assumeHandle } from './handles.js';
import { BEFORE, type Run, type Unknown } from './run.js';

/** Before a call: what it is about may have been there before. */
export function assume(run: Run, contract: ContractFunction, args: readonly unknown[]): void {
  assumeHandle(run, contract, args);
  const of = contract.acquires?.of ?? contract.releases?.of ?? contract.needs?.[0]?.of;
  const block = of === undefined ? undefined : args[contract.parameters.indexOf(of)];
  if (!(block instanceof WSK_REGISTRATION)) return;
  if (contract.acquires !== undefined || contract.releases !== undefined)
    run.wasAssumed =
      run.assumed.delete(block) ||
      (contract.acquires?.resource === 'registration' ? run.unknown.has(block) : run.unknown.get(block)?.captures === true);
  const registration = registrationOf(block);
  const unknown = run.unknown.get(block);
  if (unknown !== undefined) assumeRight(run, contract, registration, block, unknown);
  const { releases } = contract;
  const isOthers = releases?.resource === 'capture' ? registration.captures.at(-1) === BEFORE : registration.registeredAt === BEFORE;
  if (releases !== undefined && registration.state === 'registered' && isOthers) run.noteRelease(releases.resource, block);
}

function assumeRight(
  run: Run,
  { acquires, releases }: ContractFunction,
  registration: Registration,
  block: object,
  unknown: Unknown,
): void {
  if (acquires?.resource === 'registration') {
    run.unknown.delete(block);
    run.assumed.add(block);
  } else if (registration.state === 'unregistered') {
    begin(registration, block, { Version: 0x100, Reserved: 0, WskClientEvent: null });
    registration.registeredAt = BEFORE;
  }
  if (releases?.resource === 'registration') run.unknown.delete(block);
  if (acquires?.resource === 'capture') unknown.captures = false;
  if (releases?.resource === 'capture' && unknown.captures && registration.captures.length === 0) registration.captures.push(BEFORE);
}

/** After a call that failed on what was there before: nothing is held, as long as nothing more is learned of what was before. */
export function assumeNothingHeld(run: Run, { acquires, parameters }: ContractFunction, args: readonly unknown[]): void {
  const block = acquires === undefined ? undefined : args[parameters.indexOf(acquires.of)];
  if (!(block instanceof WSK_REGISTRATION) || !run.wereBefore.has(block)) return;
  if (run.wasAssumed) run.assumed.add(block);
}
