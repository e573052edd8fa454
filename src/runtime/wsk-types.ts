/** The structures of the WSK registration functions. What a driver fills in is an interface; what WSK fills in is a class. */
import { machine } from './machine.js';
import type { PFN_WSK_CLIENT_EVENT } from './roles.js';
import type { WSK_CLIENT, WSK_PROVIDER_DISPATCH } from './sockets.js';
import type { Tenure } from './registrations.js';

/** `WaitTimeout`: fail at once when the provider is not there. Callable up to DISPATCH_LEVEL (C7). */
export const WSK_NO_WAIT: number = 0;
/** `WaitTimeout`: wait until the provider is there. PASSIVE_LEVEL (C6), and not in a driver's entry routine (C9). */
export const WSK_INFINITE_WAIT: number = 0xffffffff;

/** The number of a WSK version. Any IRQL. Page ns-wsk-_wsk_provider_characteristics. */
export const MAKE_WSK_VERSION = (Major: number, Minor: number): number => ((Major << 8) | (Minor & 0xff)) & 0xffff;

/** Stays valid and unchanged until the registration is gone (R6). */
export interface WSK_CLIENT_DISPATCH {
  Version: number;
  /** Zero (R8). */
  Reserved: number;
  /** A callback that returns STATUS_NOT_IMPLEMENTED, or NULL (R8). */
  WskClientEvent: PFN_WSK_CLIENT_EVENT | null;
}

/** May be a local: WSK copies it (R6). */
export interface WSK_CLIENT_NPI {
  ClientContext: unknown;
  Dispatch: WSK_CLIENT_DISPATCH;
}

/** The versions that the WSK subsystem offers, filled by `WskQueryProviderCharacteristics` on success. */
export class WSK_PROVIDER_CHARACTERISTICS {
  HighestVersion = 0;
  LowestVersion = 0;
  PrivateFlags = 0;
}

interface Contents {
  readonly client: WSK_CLIENT;
  readonly dispatch: WSK_PROVIDER_DISPATCH;
  readonly tenure: Tenure;
}

const filled = machine.part(() => new WeakMap<WSK_PROVIDER_NPI, Contents>());

/** Filled by a successful `WskCaptureProviderNPI`. Its members throw before that (C3) and after the last release (L2). */
export class WSK_PROVIDER_NPI {
  get Client(): WSK_CLIENT {
    return contents(this, 'Client').client;
  }

  get Dispatch(): WSK_PROVIDER_DISPATCH {
    return contents(this, 'Dispatch').dispatch;
  }
}

function contents(npi: WSK_PROVIDER_NPI, member: string): Contents {
  const found = filled().get(npi);
  if (found === undefined)
    throw machine.violation('C3', `WSK_PROVIDER_NPI.${member}`, 'used before a successful WskCaptureProviderNPI filled it');
  if (!found.tenure.open) throw machine.violation('L2', `WSK_PROVIDER_NPI.${member}`, 'used after WskReleaseProviderNPI');
  return found;
}

/** What a successful capture does to the structure it was given. */
export function fillProviderNpi(npi: WSK_PROVIDER_NPI, made: Contents): void {
  filled().set(npi, made);
}
