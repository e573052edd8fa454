/** What a driver leaves behind when its image goes away. Every group of functions lists its own. */
import type { HistoryStep, Image } from './machine.js';

export interface Leak {
  readonly what: string;
  /** Where it was acquired, as `file:line:column`; empty when that is not known. */
  readonly callSite: string;
  /** The clause that it breaks; what is merely left behind breaks none. */
  readonly clause?: string;
  readonly history?: readonly HistoryStep[];
}

type Lister = (image: Image) => Leak[];
const listers: Lister[] = [];

/** Lets a group of functions say what a driver has left of it. */
export function listLeaks(lister: Lister): void {
  listers.push(lister);
}

export const leaksOf = (image: Image): Leak[] => listers.flatMap((lister) => lister(image));
