/** What every other group is written in: out-parameters, handles, the driver's own objects. */
import { embedInCurrentAllocation } from './embedding.js';
import type { DRIVER_UNLOAD } from './roles.js';

/**
 * An out-parameter: a cell that the caller owns and the callee fills. A call that fails leaves the cell as it was;
 * a cell made without a value holds `undefined` until then, whatever its type says.
 */
export class Out<T> {
  value: T;

  constructor(value?: T) {
    this.value = value as T;
    embedInCurrentAllocation(this);
  }
}

/** What a handle stands for. Opaque: only the function that filled a handle in, and its siblings, know what is behind it. */
export class KernelHandle {
  readonly #kind: string;

  constructor(kind: string) {
    this.#kind = kind;
  }

  /** For messages only: `NMR client`, `thread`, … */
  toString(): string {
    return `${this.#kind} handle`;
  }
}

export type HANDLE = KernelHandle | null;

export const NULL = null;

export class DRIVER_OBJECT {
  /** Runs when the driver is unloaded, and only after its `DRIVER_INITIALIZE` succeeded; a driver without it cannot be unloaded. */
  DriverUnload: DRIVER_UNLOAD | null = null;
}

export class DEVICE_OBJECT {
  DeviceExtension: unknown = null;
}
