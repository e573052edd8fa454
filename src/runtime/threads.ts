/** System threads. A new thread is queued, and runs when something waits or the test runs what is queued. */
import { KernelHandle, type HANDLE, type Out } from './basics.js';
import { dispatcherOf, setDispatcher } from './dispatcher.js';
import { PASSIVE_LEVEL, requireLevel, requireThere } from './irql.js';
import { callSite } from './call-site.js';
import { listLeaks } from './leaks.js';
import { machine, type Image } from './machine.js';
import { isParked, makeRestartable, refuseWhileUnwinding } from './parking.js';
import { enqueue, runRoutine } from './scheduler.js';
import { STATUS_INVALID_PARAMETER, STATUS_SUCCESS, type NTSTATUS } from './status.js';
import type { KSTART_ROUTINE } from './roles.js';

/**
 * Unwinds a thread that ends itself. Code of the thread that catches everything catches this too, which a real thread's end does not
 * do.
 */
class ThreadEnd extends Error {
  override readonly name = 'ThreadEnd';
}

interface SystemThread {
  readonly handle: KernelHandle;
  readonly image: Image;
  readonly body: () => void;
}

/** The threads that have not ended, with where they were made. */
const alive = machine.part(() => new Map<SystemThread, string>());

/**
 * Makes a thread and fills in its handle, which is signalled when the thread has ended. On failure the handle cell stays as it was.
 * PASSIVE_LEVEL. Page nf-wdm-pscreatesystemthread.
 */
export function PsCreateSystemThread(
  ThreadHandle: Out<HANDLE>,
  _DesiredAccess: number,
  _ObjectAttributes: unknown,
  _ProcessHandle: HANDLE,
  _ClientId: unknown,
  StartRoutine: KSTART_ROUTINE,
  StartContext: unknown,
): NTSTATUS {
  requireLevel('PsCreateSystemThread');
  requireThere('PsCreateSystemThread', { ThreadHandle, StartRoutine });
  const fault = machine.fault('PsCreateSystemThread');
  if (fault !== undefined) return fault;
  const handle = new KernelHandle('thread');
  setDispatcher(handle, { signalled: false, synchronization: false });
  ThreadHandle.value = handle;
  const thread: SystemThread = {
    handle,
    image: machine.routine.image,
    body: () => {
      StartRoutine(StartContext);
    },
  };
  alive().set(thread, callSite());
  makeRestartable(thread, () => {
    runThread(thread);
  });
  enqueue(
    'system thread',
    () => {
      runThread(thread);
    },
    { startsThread: true },
  );
  return STATUS_SUCCESS;
}

/** Runs the routine of a thread to its end, or until it is parked. */
function runThread(thread: SystemThread): void {
  try {
    runRoutine({ kind: 'thread', name: 'KSTART_ROUTINE', level: PASSIVE_LEVEL, thread, image: thread.image }, () => {
      thread.body();
      // A driver that catches everything may come to the end of the routine while the thread is being parked.
      refuseWhileUnwinding('the end of the thread');
    });
  } catch (error) {
    if (isParked(error)) return;
    if (!(error instanceof ThreadEnd)) throw error;
  }
  alive().delete(thread);
  dispatcherOf(thread.handle).signalled = true;
}

listLeaks((image) =>
  [...alive()].filter(([thread]) => thread.image === image).map(([, site]) => ({ what: 'a system thread has not ended', callSite: site })),
);

/**
 * Ends the calling thread and does not return; outside a system thread it returns STATUS_INVALID_PARAMETER. PASSIVE_LEVEL. Page
 * nf-wdm-psterminatesystemthread.
 */
export function PsTerminateSystemThread(_ExitStatus: NTSTATUS): NTSTATUS {
  requireLevel('PsTerminateSystemThread');
  if (machine.routine.kind !== 'thread') return STATUS_INVALID_PARAMETER;
  throw new ThreadEnd('PsTerminateSystemThread');
}
