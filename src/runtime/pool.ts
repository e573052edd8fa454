/** Pool memory: objects that are allocated, freed once, and never used afterwards. */
import { buildAllocation } from './embedding.js';
import { bugCheck, requireLevel } from './irql.js';
import { callSite } from './call-site.js';
import { listLeaks } from './leaks.js';
import { machine, type Image } from './machine.js';

/** POOL_FLAGS. Exactly one of these two is given. */
export const POOL_FLAG_NON_PAGED = 0x40;
export const POOL_FLAG_PAGED = 0x100;

/** A pool tag: four characters, as a string or as the number that C makes of them. */
export type PoolTag = string | number;

interface Allocation {
  readonly paged: boolean;
  readonly tag: PoolTag;
  /** The structures that the object was made with: they go away with it. */
  readonly embedded: readonly object[];
  readonly image: Image;
  readonly site: string;
  /** The clause that it breaks to leave it behind, once the memory has served for something that a clause speaks of. */
  leakClause?: string;
}

interface Pool {
  readonly live: Map<object, Allocation>;
  /** Freed objects and the structures inside them. */
  readonly freed: WeakSet<object>;
}

const pool = machine.part<Pool>(() => ({ live: new Map(), freed: new WeakSet() }));

/** Asked before memory is freed: says what still needs that object, with the clause that the free would break. */
type StillNeeded = (object: object) => { clause: string; why: string } | undefined;
const stillNeeded: StillNeeded[] = [];
/** Lets a group of functions object to the free of a structure or context that it still uses. */
export function watchFrees(check: StillNeeded): void {
  stillNeeded.push(check);
}

/**
 * Allocates an object of the given class. Null when there is no memory (which the fault script decides), or when the flags name not
 * exactly one pool. At most DISPATCH_LEVEL, for paged memory APC_LEVEL. Page nf-wdm-exallocatepool2.
 */
export function ExAllocatePool2<T>(Flags: number, type: new () => T, Tag: PoolTag): T | null {
  const paged = (Flags & POOL_FLAG_PAGED) !== 0;
  requireLevel('ExAllocatePool2', Flags & POOL_FLAG_PAGED);
  if (machine.fault('ExAllocatePool2') !== undefined) return null;
  if (paged === ((Flags & POOL_FLAG_NON_PAGED) !== 0)) return null;
  const { built, embedded } = buildAllocation(type);
  if (typeof built === 'object' && built !== null) {
    pool().live.set(built, { paged, tag: Tag, embedded, image: machine.routine.image, site: callSite() });
    machine.remember(built, 'allocated');
  }
  return built;
}

/** Frees an allocation, whatever its tag. At most DISPATCH_LEVEL, for paged memory APC_LEVEL. Page nf-wdm-exfreepool. */
export function ExFreePool(P: unknown): void {
  free(P, 'ExFreePool', undefined);
}

/**
 * Frees an allocation that was made with this tag; another tag stops the system. At most DISPATCH_LEVEL, for paged memory APC_LEVEL.
 * Page nf-wdm-exfreepoolwithtag.
 */
export function ExFreePoolWithTag(P: unknown, Tag: PoolTag): void {
  free(P, 'ExFreePoolWithTag', Tag);
}

function free(P: unknown, caller: 'ExFreePool' | 'ExFreePoolWithTag', tag: PoolTag | undefined): void {
  const { live, freed } = pool();
  if (typeof P !== 'object' || P === null) bugCheck('BAD_POOL_CALLER', undefined, caller, 'this is no pool memory');
  const allocation = live.get(P);
  if (allocation === undefined) {
    bugCheck('BAD_POOL_CALLER', undefined, caller, freed.has(P) ? 'the memory was freed before' : 'this is no pool memory', P);
  }
  requireLevel(caller, allocation.paged);
  if (tag !== undefined && tag !== allocation.tag) {
    bugCheck('BAD_POOL_CALLER', undefined, caller, `tag ${tag}, but the memory was allocated with ${allocation.tag}`);
  }
  // A set: an allocated structure is both the allocation and what was made in it.
  const objects = new Set([P, ...allocation.embedded]);
  live.delete(P);
  for (const object of objects) {
    freed.add(object);
    machine.remember(object, 'freed');
  }
  for (const object of objects) noteStillNeeded(object, caller);
}

/** By now the memory is gone all the same: the system does not know who still needs it. */
function noteStillNeeded(object: object, caller: string): void {
  for (const check of stillNeeded) {
    const needed = check(object);
    if (needed !== undefined) machine.refuse(needed.clause, caller, needed.why, object);
  }
}

/** Memory that was allocated and is not freed. */
export const isAllocated = (value: unknown): boolean => typeof value === 'object' && value !== null && pool().live.has(value);

export const isFreed = (value: unknown): boolean => typeof value === 'object' && value !== null && pool().freed.has(value);

/** Refuses a freed object. True: the object is freed, and the caller does nothing. */
export function refuseFreed(value: unknown, clause: string, caller: string): boolean {
  if (!isFreed(value)) return false;
  machine.refuse(clause, caller, 'the memory was freed before', value as object);
  return true;
}

/** From now on it breaks this clause to leave the memory behind; undefined takes that back. Does nothing for what is no pool memory. */
export function setLeakClause(memory: unknown, clause: string | undefined): void {
  const allocation = typeof memory === 'object' && memory !== null ? pool().live.get(memory) : undefined;
  if (allocation === undefined) return;
  if (clause === undefined) delete allocation.leakClause;
  else allocation.leakClause = clause;
}

listLeaks((image) =>
  [...pool().live]
    .filter(([, allocation]) => allocation.image === image)
    .map(([memory, { tag, site, leakClause }]) => ({
      what: `pool memory with the tag ${tag} was not freed`,
      callSite: site,
      history: machine.historyOf(memory),
      ...(leakClause === undefined ? {} : { clause: leakClause }),
    })),
);

/** What was allocated and not freed, by tag. */
export const livePoolTags = (): PoolTag[] => [...pool().live.values()].map((allocation) => allocation.tag);
