/** Loading and unloading a driver in a test, and what is to be said about it afterwards. No part of the Windows Driver Kit. */
import { DRIVER_OBJECT } from './basics.js';
import { leaksOf, type Leak } from './leaks.js';
import { machine, type Finding, type Image } from './machine.js';
import { PASSIVE_LEVEL, type KIRQL } from './irql.js';
import { dropParked } from './parking.js';
import { asText, type DriverReport } from './report.js';
import { runRoutine } from './scheduler.js';
import { NT_SUCCESS, type NTSTATUS } from './status.js';
import { setUp, type ScriptOptions } from './script.js';
import { hasStopped, recordingStops, stopOf, type Stop } from './stops.js';
import type { DRIVER_INITIALIZE } from './roles.js';

export interface LoadOptions extends ScriptOptions {
  /** For reports. */
  readonly name?: string;
  readonly RegistryPath?: string;
}

/** A driver whose entry routine has run, well or not. */
export class LoadedDriver {
  readonly #image: Image;
  readonly #object = new DRIVER_OBJECT();
  #status: NTSTATUS | undefined;
  #state: DriverReport['state'] = 'not loaded';
  readonly #leaks: Leak[] = [];

  constructor(DriverEntry: DRIVER_INITIALIZE, options: LoadOptions) {
    this.#image = { name: options.name ?? 'the driver' };
    this.#status = this.#run('DRIVER_INITIALIZE', PASSIVE_LEVEL, () => DriverEntry(this.#object, options.RegistryPath ?? ''));
    if (this.#status === undefined) return;
    if (NT_SUCCESS(this.#status)) this.#state = 'loaded';
    else {
      this.#listLeaks('DRIVER_INITIALIZE');
      this.#discard();
    }
  }

  /** What the entry routine returned; undefined when it did not return. */
  get status(): NTSTATUS | undefined {
    return this.#status;
  }

  /** True from a successful entry routine to the unload, and after an unload that was refused. */
  get isLoaded(): boolean {
    return this.#state === 'loaded' || this.#state === 'unload refused';
  }

  /** How the simulated system was stopped by this driver: a bug check, a deadlock, an exception. Undefined when it was not. */
  get stop(): Stop | undefined {
    return stopOf(this.#image);
  }

  /** The clauses that its code broke, and what it left behind, oldest first. */
  findings(): readonly Finding[] {
    return machine.findings.filter((finding) => finding.image === this.#image);
  }

  /** What it left behind when its image went away; what also breaks a clause is in the findings too. */
  leaks(): readonly Leak[] {
    return [...this.#leaks];
  }

  /**
   * Runs the unload routine, then lists what is left. Does nothing when the driver is not loaded, or has stopped the system: both are in
   * the report. An unload with an NMR deregistration that was not waited for is refused (W1, W4): it is recorded, and the image stays, so
   * that callbacks that are still to come find it. Throws when it has no unload routine.
   */
  readonly unload = (): void => {
    if (this.#state !== 'loaded' || hasStopped()) return;
    const { DriverUnload } = this.#object;
    if (DriverUnload === null) throw new Error(`${this.#image.name} cannot be unloaded: it has no DriverUnload`);
    this.#run('DRIVER_UNLOAD', PASSIVE_LEVEL, () => {
      DriverUnload(this.#object);
    });
    // A system that was stopped has no leaks: what is left then is what the unload routine did not come to.
    if (hasStopped()) {
      this.#state = 'unloaded';
      return;
    }
    const left = this.#listLeaks('DRIVER_UNLOAD');
    this.#state = left.some(({ clause }) => clause === 'W1') ? 'unload refused' : 'unloaded';
    if (this.#state === 'unloaded') this.#discard();
  };

  /** Runs a function of the driver as the system would: in a thread of its own, at the level given. Undefined when it stopped the system. */
  run<T>(body: () => T, level: KIRQL = PASSIVE_LEVEL): T | undefined {
    return this.#run('a function of the driver', level, body);
  }

  /** The report as data: what `JSON.stringify` makes of a driver. */
  toJSON(): DriverReport {
    const { name } = this.#image;
    const findings = this.findings().map(({ clause, where, message, callSite, history }) => ({
      clause,
      where,
      message,
      callSite,
      history,
    }));
    return { name, state: this.#state, status: this.#status, stop: this.stop, findings, leaks: this.leaks() };
  }

  /** The report as text. */
  report(): string {
    return asText(this.toJSON());
  }

  /** Throws with the report when a clause was broken, something was left behind, or the system was stopped. */
  expectNoViolations(): void {
    if (this.stop === undefined && this.findings().length === 0 && this.#leaks.length === 0) return;
    throw new Error(this.report());
  }

  #run<T>(name: string, level: KIRQL, body: () => T): T | undefined {
    return recordingStops(() => runRoutine({ kind: 'driver', name, level, image: this.#image }, body));
  }

  /** The image is to go away: what it leaves is noted where it was acquired. */
  #listLeaks(where: string): Leak[] {
    const image = this.#image;
    for (const work of [...machine.queue, ...machine.dpcs]) {
      if (work.image === image && work.startsThread !== true) this.#leaks.push({ what: `a queued ${work.name} has not run`, callSite: '' });
    }
    const left = leaksOf(image);
    for (const leak of left) {
      this.#leaks.push(leak);
      if (leak.clause !== undefined) {
        machine.findings.push({
          clause: leak.clause,
          where,
          message: leak.what,
          callSite: leak.callSite,
          image,
          history: leak.history ?? [],
        });
      }
    }
    return left;
  }

  /** The image goes away, and its queued work with it. */
  #discard(): void {
    const image = this.#image;
    machine.queue = machine.queue.filter((work) => work.image !== image);
    machine.dpcs = machine.dpcs.filter((work) => work.image !== image);
    dropParked(image);
  }
}

/**
 * Runs an entry routine on the simulated computer, which is not reset for it: several drivers can be loaded. Broken clauses are recorded and the
 * driver goes on, unless the options say otherwise; what stops the system is recorded in the driver's report.
 */
export function loadDriver(DriverEntry: DRIVER_INITIALIZE, options: LoadOptions = {}): LoadedDriver {
  setUp(options);
  return new LoadedDriver(DriverEntry, options);
}
