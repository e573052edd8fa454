/** Who has to look at which status (rule checked-status): a status goes from the call through variables and returns until someone does. */

import type { Resource } from '../../contracts/types.js';

interface Status {
  readonly line: number;
  readonly failed: boolean;
  /** What the call was to acquire. */
  readonly resource: Resource | undefined;
  /** What holds the resource was given back since. */
  isSettled: boolean;
  isExamined: boolean;
}

export class Statuses {
  /** The status that the last call or `return` handed on. */
  #pending: Status | undefined;
  #held = new Map<string, Status>();
  readonly #lost = new Set<Status>();
  readonly #failedOn = new Map<object, Status>();
  #hasDroppedFailure = false;

  /** `about` is the object that the call was to acquire or fill something on. */
  hand(line: number, failed: boolean, resource: Resource | undefined, about: readonly object[]): void {
    this.#pending = { line, failed, resource, isSettled: false, isExamined: false };
    for (const object of about) {
      if (failed) this.#failedOn.set(object, this.#pending);
      else this.#failedOn.delete(object);
    }
  }

  /** The line of the last call that failed on an object, when nobody has looked at its status, and it may explain what is wrong with the resource. */
  unexaminedFailureOn(object: object, resource?: Resource): number | undefined {
    const status = this.#failedOn.get(object);
    if (status === undefined || status.isExamined || (status.isSettled && status.resource !== resource)) return undefined;
    return status.line;
  }

  /** The resource was there to give back: no earlier failure to acquire it explains what comes later, one to acquire another only what is wrong with that. */
  settle(object: unknown, resource: Resource): void {
    const status = this.#failedOn.get(object as object);
    if (status?.resource === resource) this.#failedOn.delete(object as object);
    else if (status !== undefined) status.isSettled = true;
  }

  clear(): void {
    this.#pending = undefined;
  }

  put(variable: string, fromCall: boolean): void {
    this.#set(variable, fromCall ? this.#pending : undefined);
    this.#pending = undefined;
  }

  copy(to: string, from: string): void {
    this.#set(to, this.#held.get(from));
  }

  #set(variable: string, status: Status | undefined): void {
    const before = this.#held.get(variable);
    if (status === undefined) this.#held.delete(variable);
    else this.#held.set(variable, status);
    if (before !== undefined) this.#checkLost(before);
  }

  #checkLost(status: Status): void {
    if (!status.isExamined && ![...this.#held.values()].includes(status)) this.#lost.add(status);
  }

  read(variable: string): void {
    const status = this.#held.get(variable);
    if (status !== undefined) status.isExamined = true;
    this.#pending = undefined;
  }

  /** A `return` of the variable: the caller has to look at it. */
  pass(variable: string): void {
    const status = this.#held.get(variable);
    this.#pending = status;
    this.#held.delete(variable);
  }

  drop(): void {
    if (this.#pending !== undefined) {
      this.#checkLost(this.#pending);
      this.#hasDroppedFailure ||= this.#pending.failed;
    }
    this.#pending = undefined;
  }

  /** The function that was entered from outside returns: what it hands on, its caller looks at. */
  end(): void {
    if (this.#pending !== undefined) this.#pending.isExamined = true;
    const held = [...this.#held.values()];
    this.#held = new Map();
    held.forEach((status) => {
      this.#checkLost(status);
    });
  }

  /** Lines of the calls whose status nobody looked at. */
  get lost(): readonly number[] {
    return [...this.#lost].map(({ line }) => line);
  }

  /** A call failed that nobody could look at: the outcome counts as success, so that this run counts for nothing else. */
  get hasDroppedFailure(): boolean {
    return this.#hasDroppedFailure;
  }
}
