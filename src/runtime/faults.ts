/** Which calls can be made to fail, and how the documentation says that each of them fails. */
import { contractOf } from '../contracts/functions.js';
import { statusConstants } from '../contracts/status.js';
import { STATUS_INSUFFICIENT_RESOURCES, type NTSTATUS } from './status.js';
import type { SocketCall } from './socket-types.js';

/** The calls that the fault script can make fail. `ExAllocatePool2`, `IoAllocateIrp` and `IoAllocateWorkItem` return null then. */
export type FallibleCall =
  | 'ExAllocatePool2'
  | 'IoAllocateIrp'
  | 'IoAllocateWorkItem'
  | 'NmrClientAttachProvider'
  | 'NmrRegisterClient'
  | 'NmrRegisterProvider'
  | 'PsCreateSystemThread'
  | 'WskCaptureProviderNPI'
  | 'WskControlClient'
  | 'WskGetAddressInfo'
  | 'WskGetNameInfo'
  | 'WskQueryProviderCharacteristics'
  | 'WskRegister'
  | 'WskSocket'
  | 'WskSocketConnect'
  | Exclude<SocketCall, 'WskRelease'>;

const isStatusName = (name: string): name is keyof typeof statusConstants => Object.hasOwn(statusConstants, name);

/** The statuses of a call's page; STATUS_INSUFFICIENT_RESOURCES where the page names none, and for what returns null. */
export function documentedFailures(call: FallibleCall): NTSTATUS[] {
  const named =
    contractOf(call)
      ?.failsWith?.filter(isStatusName)
      .map((name) => statusConstants[name]) ?? [];
  return named.length > 0 ? named : [STATUS_INSUFFICIENT_RESOURCES];
}

/** The name of a status, or its number as Windows prints it. */
export function statusName(status: NTSTATUS): string {
  const found = Object.entries(statusConstants).find(([, value]) => value === status);
  return found?.[0] ?? `0x${(status >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}
