/** The tree of what a run leaves open: outcomes of calls, conditions, entry values. Walked depth first, the usual answer first. */

interface Choice {
  readonly of: number;
  taken: number;
}

/** A run makes no more choices than this: what comes after them is as usual. */
const MOST_CHOICES = 14;

export class Choices {
  #made: Choice[] = [];
  #met = 0;

  begin(): void {
    this.#met = 0;
  }

  /** The number of an answer, 0 first. */
  choose(of: number): number {
    if (of < 2) return 0;
    const index = this.#met++;
    if (index >= MOST_CHOICES) return 0;
    const made = (this.#made[index] ??= { of, taken: 0 });
    if (made.of !== of) throw new Error(`The run is not repeatable: choice ${index + 1} was between ${made.of}, and is between ${of} now.`);
    return made.taken;
  }

  /** What has been chosen since the run began. */
  get taken(): readonly number[] {
    return this.#made.slice(0, this.#met).map(({ taken }) => taken);
  }

  /** Goes on to the next combination; false when there is none. */
  next(): boolean {
    this.#made.length = Math.min(this.#made.length, this.#met);
    for (let last = this.#made.at(-1); last !== undefined; last = this.#made.at(-1)) {
      if (last.taken + 1 < last.of) {
        last.taken++;
        return true;
      }
      this.#made.pop();
    }
    return false;
  }
}
