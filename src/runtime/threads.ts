/** System threads. A new thread is queued, and runs when something waits or the test runs what is queued. */
import { KernelHandle, type HANDLE, type Out } from './basics.js';
import { dispatcherOf, setDispatcher } from './dispatcher.js';
import { PASSIVE_LEVEL, requireLevel } from './irql.js';
import { machine } from './machine.js';
import { runRoutine } from './scheduler.js';
import { STATUS_INVALID_PARAMETER, STATUS_SUCCESS, type NTSTATUS } from './status.js';
import type { KSTART_ROUTINE } from './roles.js';

/**
 * Unwinds a thread that ends itself. Code of the thread that catches everything catches this too, which a real thread's end does not
 * do.
 */
class ThreadEnd extends Error {
  override readonly name = 'ThreadEnd';
}

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
  const fault = machine.fault('PsCreateSystemThread');
  if (fault !== undefined) return fault;
  const handle = new KernelHandle('thread');
  setDispatcher(handle, { signalled: false, synchronization: false });
  ThreadHandle.value = handle;
  machine.queue.push({ name: 'system thread', run: () => runThread(handle, StartRoutine, StartContext) });
  return STATUS_SUCCESS;
}

function runThread(handle: KernelHandle, StartRoutine: KSTART_ROUTINE, StartContext: unknown): void {
  try {
    runRoutine({ kind: 'thread', name: 'KSTART_ROUTINE', level: PASSIVE_LEVEL }, () => StartRoutine(StartContext));
  } catch (error) {
    if (!(error instanceof ThreadEnd)) throw error;
  }
  dispatcherOf(handle).signalled = true;
}

/**
 * Ends the calling thread and does not return; outside a system thread it returns STATUS_INVALID_PARAMETER. PASSIVE_LEVEL. Page
 * nf-wdm-psterminatesystemthread.
 */
export function PsTerminateSystemThread(_ExitStatus: NTSTATUS): NTSTATUS {
  requireLevel('PsTerminateSystemThread');
  if (machine.routine.kind !== 'thread') return STATUS_INVALID_PARAMETER;
  throw new ThreadEnd('PsTerminateSystemThread');
}
