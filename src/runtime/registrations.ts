/**
 * The life of a WSK registration block: unregistered, registered, deregistering (waiting for its captures), deregistered; and the
 * tenure of the provider NPI, which lasts from the first outstanding capture of a block to the release of the last one.
 */
import { embedInCurrentAllocation } from './embedding.js';
import { callSite } from './call-site.js';
import type { KSPIN_LOCK } from './locks.js';
import { listLeaks } from './leaks.js';
import { machine, type Image } from './machine.js';
import { watchFrees } from './pool.js';
import type { WSK_CLIENT_DISPATCH } from './wsk-types.js';

/** While it is open the functions and the client object of a captured NPI may be used. */
export interface Tenure {
  open: boolean;
}

export interface Registration {
  state: 'unregistered' | 'registered' | 'deregistering' | 'deregistered';
  /** Written to by the program after the block was deregistered: no use may be made of it any more (C4). */
  overwritten: boolean;
  /** Where it was registered: a leak is reported there (R3). */
  registeredAt: string;
  /** Where the captures were made that were not released yet (C2), oldest first. */
  captures: string[];
  /** Requests to the provider that have not completed: WskDeregister waits for them too (D2). */
  requests: number;
  /** Sockets that are not closed: WskDeregister waits for them too (D2). */
  sockets: number;
  image: Image | undefined;
  /** The thread that deregistered it: another one may find out later by a capture that fails (C4). */
  deregisteredBy: object | undefined;
  block: object | undefined;
  tenure: Tenure;
  dispatch: WSK_CLIENT_DISPATCH | undefined;
  /** The dispatch table as it was when it was registered (R6). */
  dispatchThen: WSK_CLIENT_DISPATCH | undefined;
}

interface Registry {
  readonly byBlock: WeakMap<object, Registration>;
  /** What must be gone before the driver is: in order of registration. */
  readonly live: Set<Registration>;
}

const registry = machine.part<Registry>(() => ({ byBlock: new WeakMap(), live: new Set() }));

const fresh = (): Registration => ({
  state: 'unregistered',
  overwritten: false,
  registeredAt: '',
  captures: [],
  requests: 0,
  sockets: 0,
  image: undefined,
  deregisteredBy: undefined,
  block: undefined,
  tenure: { open: false },
  dispatch: undefined,
  dispatchThen: undefined,
});

/** What is known of a block; a block that was never seen is unregistered. */
export function registrationOf(block: WSK_REGISTRATION): Registration {
  const known = registry().byBlock.get(block);
  if (known !== undefined) return known;
  const made = fresh();
  registry().byBlock.set(block, made);
  return made;
}

/** The program wrote to the block after it was deregistered (C4). */
export const isRegistrationOverwritten = (block: WSK_REGISTRATION): boolean => registrationOf(block).overwritten;

export const isInUse = (registration: Registration): boolean =>
  registration.state === 'registered' || registration.state === 'deregistering';

export function begin(registration: Registration, block: object, dispatch: WSK_CLIENT_DISPATCH): void {
  const { image } = machine.routine;
  const made = { state: 'registered', registeredAt: callSite(), dispatch, dispatchThen: { ...dispatch }, image, block };
  Object.assign(registration, fresh(), made);
  machine.remember(block, 'registered');
  registry().live.add(registration);
}

export function end(registration: Registration): void {
  registration.state = 'deregistered';
  registration.deregisteredBy = machine.routine.thread;
  registry().live.delete(registration);
  if (registration.block !== undefined) machine.remember(registration.block, 'deregistered');
}

/** Registrations that were not undone, for the list of leaks. */
export const liveRegistrations = (): readonly Registration[] => [...registry().live];

/** A write into the block by the program: refused while WSK uses it (R5), remembered afterwards (C4), harmless before. */
function written(block: object): void {
  const registration = registry().byBlock.get(block);
  if (registration === undefined) return;
  if (isInUse(registration)) machine.refuse('R5', 'WSK_REGISTRATION', 'the block is written to while it is registered', block);
  else if (registration.state === 'deregistered') registration.overwritten = true;
}

// A proxy sees every way to write: assignment, Object.assign, delete, defineProperty, destructuring.
const trapWrites: ProxyHandler<WSK_REGISTRATION> = {
  defineProperty(target, key, descriptor) {
    written(blockOf(target));
    return Reflect.defineProperty(target, key, descriptor);
  },
  deleteProperty(target, key) {
    written(blockOf(target));
    return Reflect.deleteProperty(target, key);
  },
};
const blocks = new WeakMap<object, object>();
const blockOf = (target: object): object => blocks.get(target) ?? target;

/**
 * The block that identifies one registration. WSK alone writes to it, from `WskRegister` on (R5); it stays allocated until the last
 * call that takes it has returned (R4). The members are reserved.
 */
export class WSK_REGISTRATION {
  ReservedRegistrationState = 0;
  ReservedRegistrationContext: unknown = null;
  ReservedRegistrationLock: KSPIN_LOCK | null = null;

  constructor() {
    const block = new Proxy<WSK_REGISTRATION>(this, trapWrites);
    blocks.set(this, block);
    embedInCurrentAllocation(block);
    return block;
  }
}

watchFrees((object) => {
  const registration = registry().byBlock.get(object);
  if (registration !== undefined && isInUse(registration))
    return { clause: 'R4', why: 'a registration block in this memory is still registered' };
  const isDispatch = liveRegistrations().some((live) => live.dispatch === object);
  return isDispatch ? { clause: 'R6', why: 'this is the dispatch table of a registration' } : undefined;
});

listLeaks((image) => {
  const left = liveRegistrations().filter((registration) => registration.image === image);
  return left.flatMap(({ registeredAt, captures, block }) => {
    const history = machine.historyOf(block);
    const captured = captures.map((site) => ({ clause: 'C2', what: 'a captured provider NPI was not released', callSite: site, history }));
    return [{ clause: 'R3', what: 'a WSK registration was not undone', callSite: registeredAt, history }, ...captured];
  });
});
