/** One-shot timers on the virtual clock. */
import { queueDpc, type KDPC } from './deferred.js';
import { setDispatcher, dispatcherOf } from './dispatcher.js';
import { embedInCurrentAllocation } from './embedding.js';
import { requireLevel, requireThere } from './irql.js';
import { captureSite } from './call-site.js';
import { listLeaks } from './leaks.js';
import { machine, type Image } from './machine.js';
import { schedule } from './scheduler.js';
import { pointInTime } from './waiting.js';

export class KTIMER {
  // Keeps structures without public members from standing in for each other.
  protected readonly structure = 'KTIMER';

  constructor() {
    embedInCurrentAllocation(this);
  }
}

interface Setting {
  /** Takes the timer off the clock. */
  readonly cancel: () => boolean;
  readonly image: Image;
  readonly site: () => string;
}

/** The timers that are set. */
const set = machine.part(() => new Map<KTIMER, Setting>());

/** At most DISPATCH_LEVEL. Page nf-wdm-keinitializetimer. */
export function KeInitializeTimer(Timer: KTIMER): void {
  requireLevel('KeInitializeTimer');
  requireThere('KeInitializeTimer', { Timer });
  setDispatcher(Timer, { signalled: false, synchronization: false });
}

/**
 * Sets the timer: when it is due it is signalled and its DPC, if it has one, is queued. True when it was set before; that setting is
 * replaced. At most DISPATCH_LEVEL. Page nf-wdm-kesettimer.
 */
export function KeSetTimer(Timer: KTIMER, DueTime: number, Dpc: KDPC | null): boolean {
  requireLevel('KeSetTimer');
  requireThere('KeSetTimer', { Timer });
  const wasSet = takeOff(Timer);
  dispatcherOf(Timer).signalled = false;
  const expire = (): void => {
    set().delete(Timer);
    dispatcherOf(Timer).signalled = true;
    if (Dpc !== null) queueDpc(Dpc, null, null, 'KeSetTimer');
  };
  const cancel = schedule(pointInTime(DueTime), expire);
  set().set(Timer, { cancel, image: machine.routine.image, site: captureSite() });
  return wasSet;
}

/**
 * Takes the timer off the clock; false when it was not set, or has expired: its DPC may still be queued then. At most DISPATCH_LEVEL.
 * Page nf-wdm-kecanceltimer.
 */
export function KeCancelTimer(Timer: KTIMER): boolean {
  requireLevel('KeCancelTimer');
  requireThere('KeCancelTimer', { Timer });
  return takeOff(Timer);
}

function takeOff(Timer: KTIMER): boolean {
  const setting = set().get(Timer);
  set().delete(Timer);
  return setting?.cancel() ?? false;
}

/** The timers of a driver that are set are a leak, and are taken off: their routines are gone. */
listLeaks((image) =>
  [...set()]
    .filter(([, setting]) => setting.image === image)
    .map(([timer, { site }]) => {
      takeOff(timer);
      return { what: 'a timer is still set', callSite: site() };
    }),
);
