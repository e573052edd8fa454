import type { ContractFunction } from './types.js';

/** The Network Module Registrar (netioddk.h). */
export const nmrFunctions = {
  NmrRegisterProvider: {
    page: 'nf-netioddk-nmrregisterprovider',
    parameters: ['ProviderCharacteristics', 'ProviderContext', 'NmrProviderHandle'],
    levels: { max: 'PASSIVE_LEVEL', clause: 'N6' },
    result: 'status',
    failsWith: ['STATUS_INSUFFICIENT_RESOURCES'],
    checkedBy: 'N1',
    acquires: {
      resource: 'nmrProvider',
      of: 'NmrProviderHandle',
      heldBy: 'valueOfCell',
      releasedBy: 'NmrDeregisterProvider',
      counted: false,
      clause: 'N4',
    },
    writesCell: ['NmrProviderHandle'],
    keeps: [
      { parameter: 'ProviderCharacteristics', what: 'contents', clause: 'N2' },
      { parameter: 'ProviderCharacteristics', member: 'ProviderRegistrationInstance', what: 'contents', clause: 'N2' },
      { parameter: 'ProviderContext', what: 'lifetime', clause: 'N3' },
    ],
  },
  NmrDeregisterProvider: {
    page: 'nf-netioddk-nmrderegisterprovider',
    parameters: ['NmrProviderHandle'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'W3' },
    result: 'statusOrPending',
    releases: { resource: 'nmrProvider', of: 'NmrProviderHandle', thenWaitWith: 'NmrWaitForProviderDeregisterComplete', clause: 'W5' },
  },
  NmrWaitForProviderDeregisterComplete: {
    page: 'nf-netioddk-nmrwaitforproviderderegistercomplete',
    parameters: ['NmrProviderHandle'],
    levels: { max: 'APC_LEVEL', clause: 'W3' },
  },
  NmrRegisterClient: {
    page: 'nf-netioddk-nmrregisterclient',
    parameters: ['ClientCharacteristics', 'ClientContext', 'NmrClientHandle'],
    levels: { max: 'PASSIVE_LEVEL', clause: 'N6' },
    result: 'status',
    failsWith: ['STATUS_INSUFFICIENT_RESOURCES'],
    checkedBy: 'N1',
    acquires: {
      resource: 'nmrClient',
      of: 'NmrClientHandle',
      heldBy: 'valueOfCell',
      releasedBy: 'NmrDeregisterClient',
      counted: false,
      clause: 'N4',
    },
    writesCell: ['NmrClientHandle'],
    keeps: [
      { parameter: 'ClientCharacteristics', what: 'contents', clause: 'N2' },
      { parameter: 'ClientCharacteristics', member: 'ClientRegistrationInstance', what: 'contents', clause: 'N2' },
      { parameter: 'ClientContext', what: 'lifetime', clause: 'N3' },
    ],
  },
  NmrDeregisterClient: {
    page: 'nf-netioddk-nmrderegisterclient',
    parameters: ['NmrClientHandle'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'W3' },
    result: 'statusOrPending',
    releases: { resource: 'nmrClient', of: 'NmrClientHandle', thenWaitWith: 'NmrWaitForClientDeregisterComplete', clause: 'W5' },
  },
  NmrWaitForClientDeregisterComplete: {
    page: 'nf-netioddk-nmrwaitforclientderegistercomplete',
    parameters: ['NmrClientHandle'],
    levels: { max: 'APC_LEVEL', clause: 'W3' },
  },
  NmrClientAttachProvider: {
    page: 'nf-netioddk-nmrclientattachprovider',
    parameters: ['NmrBindingHandle', 'ClientBindingContext', 'ClientDispatch', 'ProviderBindingContext', 'ProviderDispatch'],
    levels: { max: 'PASSIVE_LEVEL', clause: 'A6' },
    result: 'status',
    failsWith: ['STATUS_NOINTERFACE'],
    checkedBy: 'A1',
    writesCell: ['ProviderBindingContext', 'ProviderDispatch'],
    keeps: [
      { parameter: 'ClientBindingContext', what: 'lifetime', clause: 'A5' },
      { parameter: 'ClientDispatch', what: 'contents', clause: 'A5' },
    ],
  },
  NmrClientDetachProviderComplete: {
    page: 'nf-netioddk-nmrclientdetachprovidercomplete',
    parameters: ['NmrBindingHandle'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'T5' },
  },
  NmrProviderDetachClientComplete: {
    page: 'nf-netioddk-nmrproviderdetachclientcomplete',
    parameters: ['NmrBindingHandle'],
    levels: { max: 'DISPATCH_LEVEL', clause: 'T5' },
  },
} as const satisfies Record<string, ContractFunction>;
