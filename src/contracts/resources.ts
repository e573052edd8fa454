import type { ClauseId, Resource } from './types.js';

/** What is said about a resource that calls acquire and give back, and by which rule. */
interface ResourceFacts {
  /** Pairing of the calls: left behind, given back twice, given back without having been acquired. */
  readonly pairing: string;
  /** Needed by a call, and not there. */
  readonly missing: string | null;
  /** There, and in the way of a call. */
  readonly inTheWay: string | null;
  /** Its block or handle is overwritten, freed or lost while the resource is held. */
  readonly overwritten: string | null;
  /** What it breaks to lose the block or handle. */
  readonly lost: ClauseId | null;
  /** "left <participle>". */
  readonly participle: string;
}

/** Nobody needs a rundown, and it is in nobody's way: it only has to be waited for. */
const rundown: ResourceFacts = {
  pairing: 'wait-after-nmr-deregister',
  missing: null,
  inTheWay: null,
  overwritten: null,
  lost: null,
  participle: 'pending',
};

export const resources: Readonly<Record<Resource, ResourceFacts>> = {
  registration: {
    pairing: 'paired-registration',
    missing: 'capture-after-registration',
    inTheWay: 'no-registration-overwrite',
    overwritten: 'no-registration-overwrite',
    lost: 'R4',
    participle: 'registered',
  },
  capture: {
    pairing: 'paired-capture',
    missing: null,
    inTheWay: 'no-deregister-while-captured',
    overwritten: null,
    lost: null,
    participle: 'captured',
  },
  nmrProvider: {
    pairing: 'paired-registration',
    missing: null,
    inTheWay: 'no-registration-overwrite',
    overwritten: 'no-registration-overwrite',
    lost: 'N4',
    participle: 'registered',
  },
  nmrClient: {
    pairing: 'paired-registration',
    missing: null,
    inTheWay: 'no-registration-overwrite',
    overwritten: 'no-registration-overwrite',
    lost: 'N4',
    participle: 'registered',
  },
  nmrProviderRundown: rundown,
  nmrClientRundown: rundown,
};
