/**
 * The WSK subsystem itself: from when on its provider NPI can be captured, and in which versions. Ready with version 1.0 unless told
 * otherwise.
 */
import { machine } from './machine.js';
import { schedule, UNITS_PER_MILLISECOND } from './scheduler.js';

class Subsystem {
  lowest = 0x0100;
  highest = 0x0100;
  #readyAt = 0;

  isReady(): boolean {
    return machine.now >= this.#readyAt;
  }

  offers(version: number): boolean {
    return version >= this.lowest && version <= this.highest;
  }

  /** Ready from that virtual time on, in milliseconds since the reset; `Infinity` for never. */
  readyAt(milliseconds: number): void {
    this.#readyAt = milliseconds * UNITS_PER_MILLISECOND;
    // Virtual time stops where something happens: the wait for the provider must be looked at again then.
    if (Number.isFinite(this.#readyAt)) schedule(this.#readyAt, () => {});
  }
}

export const subsystem = machine.part(() => new Subsystem());
