/** Registration with Winsock Kernel and captures of its provider NPI. */
import { callSite } from './call-site.js';
import { machine } from './machine.js';
import { STATUS_DEVICE_NOT_READY, STATUS_INVALID_PARAMETER, STATUS_NOINTERFACE, STATUS_SUCCESS, type NTSTATUS } from './status.js';
import { requireLevel, requireThere } from './irql.js';
import { refuseFreed } from './pool.js';
import { begin, end, isInUse, registrationOf, type Registration, type WSK_REGISTRATION } from './registrations.js';
import { UNITS_PER_MILLISECOND, waitUntil, wskCallbackBeneath } from './scheduler.js';
import { WSK_CLIENT, WSK_PROVIDER_DISPATCH } from './sockets.js';
import { subsystem } from './subsystem.js';
import {
  fillProviderNpi,
  WSK_INFINITE_WAIT,
  WSK_NO_WAIT,
  type WSK_CLIENT_DISPATCH,
  type WSK_CLIENT_NPI,
  type WSK_PROVIDER_CHARACTERISTICS,
  type WSK_PROVIDER_NPI,
} from './wsk-types.js';

/** Longest wait for the provider, in milliseconds, that is not noted in a driver's entry routine (C9). */
const LONGEST_WAIT_IN_ENTRY = 1000;

/**
 * Registers a WSK client. On success the block stays in use until `WskDeregister` returns; on failure there is nothing to undo.
 * A block that is in use, or freed, is refused; so is a dispatch table with a wrong value.
 * IRQL: PASSIVE_LEVEL. Clauses R1 to R9, page nf-wsk-wskregister.
 */
export function WskRegister(WskClientNpi: WSK_CLIENT_NPI, WskRegistration: WSK_REGISTRATION): NTSTATUS {
  requireLevel('WskRegister');
  requireThere('WskRegister', { WskClientNpi, WskRegistration });
  const fault = machine.fault('WskRegister');
  if (refuseFreed(WskRegistration, 'R4', 'WskRegister')) return STATUS_INVALID_PARAMETER;
  const registration = registrationOf(WskRegistration);
  if (isInUse(registration)) {
    machine.refuse('R2', 'WskRegister', 'the block is registered already; each registration needs a block of its own', WskRegistration);
    return STATUS_INVALID_PARAMETER;
  }
  if (!hasLegalValues(WskClientNpi.Dispatch)) return STATUS_INVALID_PARAMETER;
  if (fault !== undefined) return fault;
  begin(registration, WskRegistration, WskClientNpi.Dispatch);
  return STATUS_SUCCESS;
}

function hasLegalValues(dispatch: WSK_CLIENT_DISPATCH): boolean {
  if (dispatch.Reserved !== 0) machine.refuse('R8', 'WskRegister', 'WSK_CLIENT_DISPATCH.Reserved is not zero');
  else if (dispatch.WskClientEvent !== null && typeof dispatch.WskClientEvent !== 'function') {
    machine.refuse('R8', 'WskRegister', 'WSK_CLIENT_DISPATCH.WskClientEvent is neither a callback nor NULL');
  } else return true;
  return false;
}

/**
 * Ends a registration. Returns when all captures on the block are released, all requests to the provider have completed and all sockets
 * are closed; a wait that nothing can end, as for a capture of the calling thread, is a deadlock. A block that is not registered is refused.
 * IRQL: PASSIVE_LEVEL, and not in a WSK callback. Clauses D1 to D4, page nf-wsk-wskderegister.
 */
export function WskDeregister(WskRegistration: WSK_REGISTRATION): void {
  requireLevel('WskDeregister');
  requireThere('WskDeregister', { WskRegistration });
  if (refuseFreed(WskRegistration, 'R4', 'WskDeregister')) return;
  const registration = registrationOf(WskRegistration);
  if (registration.state === 'unregistered') {
    machine.refuse('D1', 'WskDeregister', 'the block is not registered', WskRegistration);
    return;
  }
  if (registration.state !== 'registered') {
    machine.refuse('R3', 'WskDeregister', 'the block was deregistered before', WskRegistration);
    return;
  }
  const callback = wskCallbackBeneath();
  if (callback !== undefined) {
    machine.refuse('D4', 'WskDeregister', `waits inside ${callback.name}`, WskRegistration);
    if (!machine.letsCallbacksWait) return;
  }
  noteChangedDispatch(registration, 'WskDeregister');
  registration.state = 'deregistering';
  const isOver = (): boolean => registration.captures.length === 0 && registration.requests === 0 && registration.sockets === 0;
  waitUntil(isOver, () => `WskDeregister to see ${whatIsOpen(registration)}`, { clause: 'D2', about: WskRegistration });
  end(registration);
}

const whatIsOpen = ({ captures, requests, sockets }: Registration): string =>
  `${captures.length} capture(s) released, ${requests} request(s) completed and ${sockets} socket(s) closed`;

/**
 * Captures the provider NPI, waiting for it when asked to. On success `WskProviderNpi` is filled and may be used until
 * `WskReleaseProviderNPI`, once for each capture. STATUS_DEVICE_NOT_READY: not there in time, or the registration went away meanwhile or
 * before; STATUS_NOINTERFACE: the version is not offered; nothing is filled then.
 * IRQL: PASSIVE_LEVEL, or at most DISPATCH_LEVEL with WSK_NO_WAIT. Clauses C1 to C10, page nf-wsk-wskcaptureprovidernpi.
 */
export function WskCaptureProviderNPI(WskRegistration: WSK_REGISTRATION, WaitTimeout: number, WskProviderNpi: WSK_PROVIDER_NPI): NTSTATUS {
  const waits = WaitTimeout !== WSK_NO_WAIT;
  requireLevel('WskCaptureProviderNPI', WaitTimeout);
  requireThere('WskCaptureProviderNPI', { WskRegistration, WskProviderNpi });
  const fault = machine.fault('WskCaptureProviderNPI');
  if (waits && !mayWaitHere(WaitTimeout)) return STATUS_DEVICE_NOT_READY;
  const registration = usable(WskRegistration, 'WskCaptureProviderNPI', 'C1');
  if (typeof registration === 'number') return registration;
  if (fault !== undefined) return fault;
  if (waits) waitForSubsystem(registration, WaitTimeout);
  if (registration.state !== 'registered' || !subsystem().isReady()) return STATUS_DEVICE_NOT_READY;
  return capture(registration, WskProviderNpi);
}

function mayWaitHere(WaitTimeout: number): boolean {
  const { name } = machine.routine;
  if (name === 'DRIVER_INITIALIZE' && WaitTimeout > LONGEST_WAIT_IN_ENTRY) {
    machine.note('C9', 'WskCaptureProviderNPI', 'waits long in the entry routine; a worker thread is the place for that');
  }
  const callback = wskCallbackBeneath();
  if (callback !== undefined) machine.refuse('E2', 'WskCaptureProviderNPI', `may wait inside ${callback.name}`);
  return callback === undefined || machine.letsCallbacksWait;
}

/** The registration of a block that a capture or query may take, or the status with which it fails. */
function usable(block: WSK_REGISTRATION, caller: string, clause: 'C1' | 'Q1'): Registration | NTSTATUS {
  if (refuseFreed(block, 'C4', caller)) return STATUS_INVALID_PARAMETER;
  const registration = registrationOf(block);
  if (registration.state === 'unregistered') {
    machine.refuse(clause, caller, 'the block is not registered', block);
    return STATUS_INVALID_PARAMETER;
  }
  if (registration.overwritten) {
    machine.refuse('C4', caller, 'the block was overwritten after WskDeregister', block);
    return STATUS_INVALID_PARAMETER;
  }
  if (registration.state === 'deregistered') {
    // Another thread may come too late: that is what the status is for.
    if (registration.deregisteredBy === machine.routine.thread) {
      machine.note(clause === 'C1' ? 'C4' : clause, caller, 'this thread deregistered the block before', block);
    }
    return STATUS_DEVICE_NOT_READY;
  }
  noteChangedDispatch(registration, caller);
  return registration;
}

function waitForSubsystem(registration: Registration, WaitTimeout: number): void {
  const isOver = (): boolean => registration.state !== 'registered' || subsystem().isReady();
  const deadline = WaitTimeout === WSK_INFINITE_WAIT ? {} : { deadline: machine.now + WaitTimeout * UNITS_PER_MILLISECOND };
  waitUntil(isOver, 'the WSK provider NPI', deadline);
}

function capture(registration: Registration, npi: WSK_PROVIDER_NPI): NTSTATUS {
  const version = registration.dispatch?.Version ?? 0;
  if (!subsystem().offers(version)) return STATUS_NOINTERFACE;
  if (registration.captures.length === 0) registration.tenure = { open: true };
  registration.captures.push(callSite());
  if (registration.block !== undefined) machine.remember(registration.block, 'captured');
  const { tenure } = registration;
  fillProviderNpi(npi, { client: new WSK_CLIENT(registration), dispatch: new WSK_PROVIDER_DISPATCH(version, tenure), tenure });
  return STATUS_SUCCESS;
}

/** What was registered stays as it was (R6); found out at the next use, and once. */
function noteChangedDispatch(registration: Registration, caller: string): void {
  const { dispatch, dispatchThen } = registration;
  if (dispatch === undefined || dispatchThen === undefined) return;
  const same =
    dispatch.Version === dispatchThen.Version &&
    dispatch.Reserved === dispatchThen.Reserved &&
    dispatch.WskClientEvent === dispatchThen.WskClientEvent;
  if (same) return;
  registration.dispatchThen = { ...dispatch };
  machine.note('R6', caller, 'the WSK_CLIENT_DISPATCH was changed while registered', registration.block);
}

/**
 * Gives one capture back. After the last one no function of the provider may be called. A block without an outstanding capture is refused.
 * IRQL: at most DISPATCH_LEVEL. Clauses L1 and L2, page nf-wsk-wskreleaseprovidernpi.
 */
export function WskReleaseProviderNPI(WskRegistration: WSK_REGISTRATION): void {
  requireLevel('WskReleaseProviderNPI');
  requireThere('WskReleaseProviderNPI', { WskRegistration });
  if (refuseFreed(WskRegistration, 'R4', 'WskReleaseProviderNPI')) return;
  const registration = registrationOf(WskRegistration);
  if (registration.captures.length === 0) {
    machine.refuse('L1', 'WskReleaseProviderNPI', 'there is no outstanding capture on this block', WskRegistration);
    return;
  }
  registration.captures.pop();
  machine.remember(WskRegistration, 'released');
  if (registration.captures.length === 0) registration.tenure.open = false;
}

/**
 * Tells which versions the subsystem offers. Fills the structure only on success; STATUS_DEVICE_NOT_READY while the subsystem is not there,
 * and for a block that was deregistered. A block that was never registered is refused.
 * IRQL: at most DISPATCH_LEVEL. Clause Q1, page nf-wsk-wskqueryprovidercharacteristics.
 */
export function WskQueryProviderCharacteristics(
  WskRegistration: WSK_REGISTRATION,
  WskProviderCharacteristics: WSK_PROVIDER_CHARACTERISTICS,
): NTSTATUS {
  requireLevel('WskQueryProviderCharacteristics');
  requireThere('WskQueryProviderCharacteristics', { WskRegistration, WskProviderCharacteristics });
  const fault = machine.fault('WskQueryProviderCharacteristics');
  const registration = usable(WskRegistration, 'WskQueryProviderCharacteristics', 'Q1');
  if (typeof registration === 'number') return registration;
  if (fault !== undefined) return fault;
  if (registration.state !== 'registered' || !subsystem().isReady()) return STATUS_DEVICE_NOT_READY;
  WskProviderCharacteristics.LowestVersion = subsystem().lowest;
  WskProviderCharacteristics.HighestVersion = subsystem().highest;
  return STATUS_SUCCESS;
}
