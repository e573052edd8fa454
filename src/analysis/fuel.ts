/** Work is counted in blocks that are run; what else takes time counts for some of them, so that all of it is bounded. */
import type { State } from './state.js';

/** A block that runs in a state with many objects takes more work: it counts once more for each so many. */
const NAMES_A_BLOCK = 128;

export const blocksFor = ({ names }: State): number => Math.floor(names / NAMES_A_BLOCK);

/** Taking a part out of a state and putting it back is dear when the part is large: so much is free, and then a few cells or atoms are a block. */
const FREE_SIZE = 1000;
const SIZE_A_BLOCK = 4;

/** What it takes to enter a function with a part of so many cells and atoms, in blocks. */
export const blocksToEnter = (size: number): number => Math.max(0, Math.floor((size - FREE_SIZE) / SIZE_A_BLOCK));
