import type { ContractFunction } from './types.js';

/** The registration functions of the Winsock Kernel (wsk.h). */
export const wskFunctions = {
  WskRegister: {
    page: 'nf-wsk-wskregister',
    parameters: ['WskClientNpi', 'WskRegistration'],
    levels: { max: 'PASSIVE_LEVEL', clause: 'R7' },
    result: 'status',
    checkedBy: 'R1',
    needs: [{ resource: 'registration', of: 'WskRegistration', state: 'notHeld', clause: 'R2' }],
    acquires: {
      resource: 'registration',
      of: 'WskRegistration',
      heldBy: 'parameter',
      releasedBy: 'WskDeregister',
      counted: false,
      clause: 'R3',
    },
    keeps: [{ parameter: 'WskClientNpi', member: 'Dispatch', what: 'contents', structure: 'WSK_CLIENT_DISPATCH', clause: 'R6' }],
  },
  WskDeregister: {
    page: 'nf-wsk-wskderegister',
    parameters: ['WskRegistration'],
    levels: { max: 'PASSIVE_LEVEL', clause: 'D3' },
    needs: [{ resource: 'capture', of: 'WskRegistration', state: 'notHeld', clause: 'D2' }],
    releases: { resource: 'registration', of: 'WskRegistration', clause: 'D1' },
    waits: { clause: 'D4' },
  },
  WskCaptureProviderNPI: {
    page: 'nf-wsk-wskcaptureprovidernpi',
    parameters: ['WskRegistration', 'WaitTimeout', 'WskProviderNpi'],
    levels: {
      parameter: 'WaitTimeout',
      equals: 0,
      then: { max: 'DISPATCH_LEVEL', clause: 'C7' },
      otherwise: { max: 'PASSIVE_LEVEL', clause: 'C6' },
      mustBeKnown: true,
    },
    result: 'status',
    failsWith: ['STATUS_DEVICE_NOT_READY', 'STATUS_NOINTERFACE'],
    checkedBy: 'C3',
    needs: [{ resource: 'registration', of: 'WskRegistration', state: 'held', clause: 'C1' }],
    acquires: {
      resource: 'capture',
      of: 'WskRegistration',
      heldBy: 'parameter',
      releasedBy: 'WskReleaseProviderNPI',
      counted: true,
      clause: 'C2',
    },
    fills: { parameter: 'WskProviderNpi', of: 'WskRegistration', until: 'WskReleaseProviderNPI', clause: 'C3' },
    waits: {
      unless: { parameter: 'WaitTimeout', equals: 0 },
      mustBeKnown: true,
      clause: 'E2',
      milliseconds: { parameter: 'WaitTimeout', clause: 'C9' },
    },
  },
  WskReleaseProviderNPI: {
    page: 'nf-wsk-wskreleaseprovidernpi',
    parameters: ['WskRegistration'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'L1' },
    releases: { resource: 'capture', of: 'WskRegistration', clause: 'L1' },
  },
  WskQueryProviderCharacteristics: {
    page: 'nf-wsk-wskqueryprovidercharacteristics',
    parameters: ['WskRegistration', 'WskProviderCharacteristics'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'Q1' },
    result: 'status',
    checkedBy: 'Q1',
    needs: [{ resource: 'registration', of: 'WskRegistration', state: 'held', clause: 'Q1' }],
  },
} as const satisfies Record<string, ContractFunction>;
