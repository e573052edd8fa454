/**
 * The typestate of one abstract object: what is held on it, whether its memory lives, whether it is filled.
 *
 * Per resource:            unknown            whoever was here before knows: never reported
 *                        /         \
 *                     none         held(n)    n times, each by a call that we have seen
 *
 * Two object states with the same `key` differ at most in how they came about (`why`), which is for messages and keeps no
 * paths apart.
 */
import type { ClauseId, Resource } from '../contracts/types.js';
import type { Node } from '../flow/graph.js';
import type { Atom } from './values.js';

/** A call in the text, and the call in the linted file that led to it when it stands in another file. */
export interface Site {
  readonly node: Node;
  readonly id: number;
}

/** Why a resource is not held. */
type Why = 'never' | 'failed' | 'released' | 'unknown';

export interface Holding {
  /** How many are outstanding; `unknown` when that depends on what happened before, or on how many `MANY` were. */
  readonly count: number | 'unknown';
  /** The calls that acquired what is outstanding, oldest first. Acquired elsewhere where there are fewer than `count`. */
  readonly by: readonly Site[];
  readonly why: Why;
  /** The call that failed or released. */
  readonly whyAt: Node | null;
  /**
   * Nothing was known before the call that failed: that nothing is held is what the text suggests, until a test of something else that was
   * there before tells that there is more to know.
   */
  readonly assumed?: true;
}

/** Members that are only valid between a call that fills them and one that takes them back. */
type Contents =
  | { readonly kind: 'unknown' | 'stale' }
  /** With the call that failed to fill them, if one did. */
  | { readonly kind: 'empty'; readonly failed?: Node }
  /** For that block; `isMixed`: what was read from it before may be of another block, which was still captured when it was filled again. */
  | { readonly kind: 'filled'; readonly from: Atom; readonly isMixed?: true };

/** The kit keeps a pointer to the object. */
export interface Kept {
  /** The block or handle whose registration keeps it; null for an attachment. */
  readonly by: Atom | null;
  readonly resource: Resource | null;
  readonly site: Site;
  readonly what: 'contents' | 'lifetime';
  readonly clause: ClauseId;
  /** For messages: the user's name for it, and the call. */
  readonly name: string;
  readonly call: string;
}

export interface ObjectState {
  readonly holdings: { readonly [R in Resource]?: Holding };
  readonly contents: Contents;
  /** `freed` from the pool; `live` when we saw it being made. */
  readonly memory: 'unknown' | 'live' | 'freed';
  /** The call that freed it. */
  readonly freedAt: Node | null;
  readonly kept: readonly Kept[];
  /** Nothing more is said about it. */
  readonly silent: boolean;
  /** Put into a collection whose contents are not followed: it outlives whoever made it. Keeps no paths apart. */
  readonly stored: boolean;
  /** Made on first use, in a place that held this on entry and turned out to be empty. Keeps no paths apart. */
  readonly insteadOf: Atom | null;
  /** Put into a variable or member that may outlive the function, while something was held on it: paths on which it was not stay apart for a while. */
  readonly placed: boolean;
  /** Paths whose objects differ in this are kept apart; empty for an object of which there is nothing to say. */
  readonly key: string;
}

/** So many or more: a loop would never come to an end of numbers. How many are left after one of them is given back, nobody can tell. */
export const MANY = 5;

/** No call has acquired it yet. */
export const NEVER: Holding = { count: 0, by: [], why: 'never', whyAt: null };
export const UNKNOWN_HOLDING: Holding = { count: 'unknown', by: [], why: 'unknown', whyAt: null };

function holdingKey(resource: string, of: Holding): string {
  return `${resource}=${of.count}${of.assumed === true ? '?' : ''}${of.by.map((site) => `@${site.id}`).join('')}`;
}

const idOf = ({ by, site, what }: Kept): string => `${by ?? ''}@${site.id}${what}`;

/** Everything that tells the object's state from others. */
export const identityOf = (of: ObjectState): string =>
  of.stored || of.placed || of.insteadOf !== null || of.kept.length > 0
    ? [of.key, of.stored ? 'stored' : '', of.placed ? 'placed' : '', of.insteadOf ?? '', ...of.kept.map(idOf)].join(';')
    : of.key;

function keyOf(of: Omit<ObjectState, 'key'>): string {
  const holdings = Object.entries(of.holdings)
    .filter(([, { count }]) => of.memory === 'unknown' || count !== 0)
    .map(([resource, holding]) => holdingKey(resource, holding))
    .sort();
  const contents =
    of.contents.kind === 'filled'
      ? `filled${of.contents.from}${of.contents.isMixed === true ? '+' : ''}`
      : of.contents.kind === 'empty' && of.memory === 'unknown'
        ? 'empty'
        : '';
  // Whose registration is over is told by the state of its block, which keeps those paths apart.
  const attached = of.kept.filter(({ by }) => by === null).map((kept) => `kept${idOf(kept)}`);
  const kept = of.kept.length > attached.length ? 'kept' : '';
  return [...holdings, ...attached.sort(), kept, contents, of.memory === 'freed' ? 'freed' : ''].filter((part) => part !== '').join(';');
}

function make(of: Omit<ObjectState, 'key'>): ObjectState {
  return { ...of, key: keyOf(of) };
}

const SILENT: Omit<ObjectState, 'key'> = {
  holdings: {},
  contents: { kind: 'unknown' },
  memory: 'unknown',
  silent: true,
  stored: false,
  insteadOf: null,
  placed: false,
  freedAt: null,
  kept: [],
};

/** Something was reported about the object on this path. */
export const REPORTED: ObjectState = { ...SILENT, key: 'reported' };

/** Code that cannot be seen has the object: it may have done anything to it, on whatever path it is met. */
export const ESCAPED: ObjectState = { ...SILENT, key: '' };

/** Made on this path: nothing is held on it. */
export const FRESH: ObjectState = make({
  holdings: {},
  contents: { kind: 'empty' },
  memory: 'live',
  silent: false,
  stored: false,
  insteadOf: null,
  placed: false,
  freedAt: null,
  kept: [],
});

/** It was there before. */
export const UNKNOWN: ObjectState = make({
  holdings: {},
  contents: { kind: 'unknown' },
  memory: 'unknown',
  silent: false,
  stored: false,
  insteadOf: null,
  placed: false,
  freedAt: null,
  kept: [],
});

/** One and the same, so that joining comes to an end. */
const UNKNOWN_STORED: ObjectState = { ...UNKNOWN, stored: true };

/** Nothing is known of it but what may have been before; not what is left of `MANY`. */
export const isOfBefore = ({ count, why }: Holding): boolean => count === 'unknown' && why === 'unknown';

/** What is held; objects that we saw being made start with nothing. */
export function holding(of: ObjectState, resource: Resource): Holding {
  return of.holdings[resource] ?? (of.memory === 'unknown' ? UNKNOWN_HOLDING : NEVER);
}

export function withHolding(of: ObjectState, resource: Resource, held: Holding): ObjectState {
  const own = of.memory === 'unknown' ? isOfBefore(held) : held.count === 0 && held.why === 'never';
  const { [resource]: _before, ...others } = of.holdings;
  return make({ ...of, holdings: own ? others : { ...others, [resource]: held } });
}

export const withContents = (of: ObjectState, contents: Contents): ObjectState => make({ ...of, contents });

/** After the memory went back to the pool; what was held on it is gone with it. */
export const freed = (of: ObjectState, at: Node): ObjectState => make({ ...of, memory: 'freed', freedAt: at });

export const withKept = (of: ObjectState, kept: readonly Kept[]): ObjectState => make({ ...of, kept });

export function withStored(of: ObjectState): ObjectState {
  if (of === UNKNOWN) return UNKNOWN_STORED;
  return of.silent || of.stored ? of : { ...of, stored: true };
}

export const insteadOf = (of: ObjectState, old: Atom): ObjectState => ({ ...of, insteadOf: old });
export const withPlaced = (of: ObjectState): ObjectState => (of.silent || of.placed ? of : { ...of, placed: true });

/** What is held on the object by calls that we have seen. */
export function* held(of: ObjectState): Generator<readonly [Resource, Holding]> {
  for (const [resource, held] of Object.entries(of.holdings) as [Resource, Holding][]) {
    if (held.by.length > 0 && held.count !== 0) yield [resource, held];
  }
}

/** Where paths meet that agree on the key, either will do; where too many meet, what they disagree on is unknown. */
export function join(a: ObjectState, b: ObjectState): ObjectState {
  if (a === b) return a;
  if (a === ESCAPED || b === ESCAPED) return ESCAPED;
  if (a === REPORTED) return b;
  // That one of the two was put into a collection stays, or joining would not come to an end.
  const either = b !== REPORTED && a.key !== b.key ? (a.stored ? UNKNOWN_STORED : UNKNOWN) : joinKept(a, b);
  return b.stored ? withStored(either) : either;
}

/** Kept by any of those that keep it on either path, as far as they still do. */
function joinKept(a: ObjectState, b: ObjectState): ObjectState {
  if (b.kept.every((kept, index) => kept === a.kept[index])) return a;
  const known = new Set(a.kept.map(idOf));
  const more = b.kept.filter((kept) => !known.has(idOf(kept)));
  return more.length === 0 ? a : { ...a, kept: [...a.kept, ...more] };
}

/** With other calls as those that acquired what is held; the very same state when none changes. */
export function withSites(of: ObjectState, change: (site: Site) => Site, atSite: (node: Node) => Node): ObjectState {
  return Object.entries(of.holdings).reduce<ObjectState>(
    (state, [resource, holding]) => {
      const by = holding.by.map(change);
      const whyAt = holding.whyAt === null ? null : atSite(holding.whyAt);
      const isSame = whyAt === holding.whyAt && by.every((site, index) => site === holding.by[index]);
      return isSame ? state : withHolding(state, resource as Resource, { ...holding, by, whyAt });
    },
    withFailureAt(of, atSite),
  );
}

function withFailureAt(of: ObjectState, atSite: (node: Node) => Node): ObjectState {
  if (of.contents.kind !== 'empty' || of.contents.failed === undefined) return of;
  const failed = atSite(of.contents.failed);
  return failed === of.contents.failed ? of : withContents(of, { kind: 'empty', failed });
}

/** Without what was only assumed; the very same state when nothing was. */
export function withoutAssumptions(of: ObjectState): ObjectState {
  return Object.entries(of.holdings).reduce<ObjectState>(
    (state, [resource, { assumed }]) => (assumed === true ? withHolding(state, resource as Resource, UNKNOWN_HOLDING) : state),
    of,
  );
}
