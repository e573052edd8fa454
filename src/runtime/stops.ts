/** When a driver stops the simulated system: by a bug check, a deadlock, or an exception that it does not handle. */
import { BugCheckError, ContractViolationError, DeadlockError, NotSimulatedError } from './bugcheck.js';
import { siteOfError } from './call-site.js';
import { imageOfError } from './scheduler.js';
import { machine, type Image } from './machine.js';

/** Why the system went no further: the name of a bug check, `DeadlockError` or `ContractViolationError`. */
export interface Stop {
  readonly name: string;
  readonly message: string;
  readonly callSite: string;
}

const stops = machine.part(() => new Map<Image, Stop>());

export const stopOf = (image: Image): Stop | undefined => stops().get(image);
export const hasStopped = (): boolean => stops().size > 0;

/**
 * Runs code of drivers. What stops the system is recorded for the driver whose code it was, and the result is undefined; in a test that stops at
 * violations it is thrown instead. What the simulation cannot do is always thrown: that is for the test to know.
 */
export function recordingStops<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    const image = imageOfError(error);
    if (image === undefined || error instanceof NotSimulatedError || machine.stopAtViolations) throw error;
    stops().set(image, describe(error));
    return undefined;
  }
}

function describe(error: unknown): Stop {
  if (error instanceof BugCheckError || error instanceof DeadlockError || error instanceof ContractViolationError) {
    return { name: error.name, message: error.message, callSite: error.callSite };
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  const message = `an exception that the driver does not handle: ${cause.name}: ${cause.message}`;
  return { name: 'KMODE_EXCEPTION_NOT_HANDLED', message, callSite: siteOfError(cause) };
}
