/**
 * Every sentence of the documentation that a caller can break, in this project's own words. `rules` report it, `runtime` says what the
 * simulation does about it. A clause without rules describes behaviour, or what must not be reported.
 */

export type RuleName =
  | 'paired-registration'
  | 'paired-capture'
  | 'capture-after-registration'
  | 'no-registration-overwrite'
  | 'no-waiting-capture'
  | 'no-deregister-while-captured'
  | 'no-npi-outside-capture'
  | 'checked-status'
  | 'irql-requirements'
  | 'paired-irql'
  | 'resident-registration-data'
  | 'wait-after-nmr-deregister'
  | 'client-attach-provider'
  | 'provider-attach-client'
  | 'detach-completion'
  | 'no-wait-in-wsk-callback'
  | 'register-last'
  | 'no-infinite-wait-in-driver-entry';

export interface Clause {
  readonly sentence: string;
  readonly rules: readonly RuleName[];
  readonly runtime: string;
}

export const clauses = {
  R1: {
    sentence: 'WskRegister returns an NTSTATUS, and the client is registered only when that is STATUS_SUCCESS.',
    rules: ['checked-status'],
    runtime: 'The call fails when a fault script says so.',
  },
  R2: {
    sentence: 'A client may register several times, each time with a WSK_REGISTRATION block of its own.',
    rules: ['no-registration-overwrite'],
    runtime: 'The second call on a registered block is a violation.',
  },
  R3: {
    sentence: 'Each successful WskRegister has exactly one WskDeregister with the same block.',
    rules: ['paired-registration'],
    runtime: 'A leak is listed at unload; a second deregistration is refused.',
  },
  R4: {
    sentence: 'The block stays allocated and in scope while calls to other WSK registration functions are outstanding or still to come.',
    rules: ['no-registration-overwrite'],
    runtime: 'A freed block is refused.',
  },
  R5: {
    sentence: 'The application never changes the contents of the block itself.',
    rules: ['no-registration-overwrite'],
    runtime: 'Writes to the block are trapped.',
  },
  R6: {
    sentence: 'WSK_CLIENT_DISPATCH stays valid and unchanged until the registration is gone; the WSK_CLIENT_NPI itself may be a local.',
    rules: ['resident-registration-data'],
    runtime: 'A change is detected at the next use.',
  },
  R7: {
    sentence: 'WskRegister is called at PASSIVE_LEVEL.',
    rules: ['irql-requirements'],
    runtime: 'Bug check.',
  },
  R8: {
    sentence:
      'WSK_CLIENT_DISPATCH.Reserved is zero; WskClientEvent is NULL or a callback, which returns STATUS_NOT_IMPLEMENTED as no event is defined.',
    rules: ['resident-registration-data'],
    runtime: 'Other values are refused at registration.',
  },
  R9: {
    sentence: "The driver's unload routine does not return before WskDeregister has returned.",
    rules: ['paired-registration'],
    runtime: 'A leak is listed at unload.',
  },
  D1: {
    sentence: 'WskDeregister takes the very block that was registered.',
    rules: ['paired-registration'],
    runtime: 'Another block is refused.',
  },
  D2: {
    sentence:
      'WskDeregister returns only after all captures are released, calls into the provider have returned and sockets are closed: it never returns to a thread that holds a capture.',
    rules: ['no-deregister-while-captured'],
    runtime: 'The deadlock is detected.',
  },
  D3: {
    sentence: 'WskDeregister is called at PASSIVE_LEVEL.',
    rules: ['irql-requirements'],
    runtime: 'Bug check.',
  },
  D4: {
    sentence: 'WskDeregister waits, so it is not called in WSK event callbacks or completion routines.',
    rules: ['no-wait-in-wsk-callback'],
    runtime: 'The call is a violation.',
  },
  C1: {
    sentence: 'WskCaptureProviderNPI takes a block that WskRegister has initialised.',
    rules: ['capture-after-registration'],
    runtime: 'Another block is refused.',
  },
  C2: {
    sentence:
      'Each successful WskCaptureProviderNPI has exactly one WskReleaseProviderNPI with the same block; several captures may be outstanding.',
    rules: ['paired-capture'],
    runtime: 'Captures are counted; a leak is listed.',
  },
  C3: {
    sentence:
      'The capture fails with STATUS_DEVICE_NOT_READY (not available in time, or the registration is gone) or STATUS_NOINTERFACE (version not supported), and fills the NPI only on success.',
    rules: ['checked-status', 'no-npi-outside-capture'],
    runtime: 'The members of the NPI throw before a successful capture.',
  },
  C4: {
    sentence:
      'After WskDeregister a capture may still be tried as long as the block is neither freed nor overwritten, and fails with STATUS_DEVICE_NOT_READY.',
    rules: ['capture-after-registration', 'no-registration-overwrite'],
    runtime: 'The call returns that status; a freed block is refused.',
  },
  C5: {
    sentence:
      'A capture that waits in another thread returns STATUS_DEVICE_NOT_READY when the registration is removed, unless the NPI becomes available at that moment.',
    rules: [],
    runtime: 'Simulated.',
  },
  C6: {
    sentence: 'With a WaitTimeout other than WSK_NO_WAIT, WskCaptureProviderNPI is called at PASSIVE_LEVEL.',
    rules: ['no-waiting-capture'],
    runtime: 'Bug check.',
  },
  C7: {
    sentence: 'With WSK_NO_WAIT, WskCaptureProviderNPI is called at DISPATCH_LEVEL or below.',
    rules: ['irql-requirements'],
    runtime: 'Bug check.',
  },
  C8: {
    sentence:
      'WSK_NO_WAIT returns at once, WSK_INFINITE_WAIT waits until the NPI is available, any other value waits so many milliseconds.',
    rules: [],
    runtime: 'Simulated in virtual time.',
  },
  C9: {
    sentence: 'DriverEntry waits neither with WSK_INFINITE_WAIT nor excessively long; a driver that starts early waits in a worker thread.',
    rules: ['no-infinite-wait-in-driver-entry'],
    runtime: 'Recorded as a warning.',
  },
  C10: {
    sentence:
      'After STATUS_NOINTERFACE a client may query the supported versions, deregister, and register again with another dispatch table.',
    rules: [],
    runtime: 'Simulated.',
  },
  L1: {
    sentence: 'WskReleaseProviderNPI takes the block of the matching capture and is called at DISPATCH_LEVEL or below.',
    rules: ['paired-capture', 'irql-requirements'],
    runtime: 'A release without a capture is refused; a wrong level is a bug check.',
  },
  L2: {
    sentence: 'After the release no function of WSK_PROVIDER_DISPATCH is called.',
    rules: ['no-npi-outside-capture'],
    runtime: 'The members of the NPI throw.',
  },
  Q1: {
    sentence:
      'WskQueryProviderCharacteristics takes a registered block, fills the characteristics only on success, and is called at DISPATCH_LEVEL or below.',
    rules: ['capture-after-registration', 'checked-status', 'irql-requirements'],
    runtime: 'Another block is refused; a wrong level is a bug check.',
  },
  E1: {
    sentence: 'WSK event callbacks and completion routines run at any level up to DISPATCH_LEVEL.',
    rules: ['no-waiting-capture', 'irql-requirements'],
    runtime: 'They are called at the level that is asked for.',
  },
  E2: {
    sentence: 'WSK event callbacks and completion routines do not wait for other WSK requests, not even at PASSIVE_LEVEL.',
    rules: ['no-wait-in-wsk-callback'],
    runtime: 'A wait is a violation.',
  },
  N1: {
    sentence: 'NmrRegisterProvider and NmrRegisterClient return an NTSTATUS: STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES, or another.',
    rules: ['checked-status'],
    runtime: 'The call fails when a fault script says so.',
  },
  N2: {
    sentence: 'The characteristics structure stays valid and resident while the module is registered.',
    rules: ['resident-registration-data'],
    runtime: 'A change is detected.',
  },
  N3: {
    sentence: 'The registration context stays valid and resident while the module is registered.',
    rules: ['resident-registration-data'],
    runtime: 'A freed context is detected.',
  },
  N4: {
    sentence: 'The handle is saved and passed to the matching deregistration function.',
    rules: ['paired-registration', 'no-registration-overwrite'],
    runtime: 'A leak is listed.',
  },
  N5: {
    sentence: 'DriverEntry registers with the NMR after all other initialisation: from then on attach callbacks may arrive.',
    rules: ['register-last'],
    runtime: 'The callbacks arrive at once.',
  },
  N6: {
    sentence: 'NmrRegisterProvider and NmrRegisterClient are called at PASSIVE_LEVEL.',
    rules: ['irql-requirements'],
    runtime: 'Bug check.',
  },
  N7: {
    sentence: 'Version is zero in characteristics and registration instance, and an absent cleanup callback is NULL.',
    rules: ['resident-registration-data'],
    runtime: 'Other values are refused.',
  },
  N8: {
    sentence: 'A module that is both client and provider, or registers several NPIs, registers and deregisters each.',
    rules: ['paired-registration'],
    runtime: 'A leak is listed.',
  },
  W1: {
    sentence:
      'An NMR deregistration returns STATUS_PENDING; the module then calls the matching wait function on the same handle before it unloads.',
    rules: ['wait-after-nmr-deregister'],
    runtime: 'The unload is refused and recorded.',
  },
  W2: {
    sentence: 'The wait comes after the deregistration, on a valid handle of its kind; otherwise it returns STATUS_INVALID_PARAMETER.',
    rules: ['wait-after-nmr-deregister'],
    runtime: 'The call returns that status.',
  },
  W3: {
    sentence: 'NMR deregistration functions are called at DISPATCH_LEVEL or below, the wait functions below DISPATCH_LEVEL.',
    rules: ['irql-requirements'],
    runtime: 'Bug check.',
  },
  W4: {
    sentence: 'The unload routine does not return until every deregistration is complete.',
    rules: ['wait-after-nmr-deregister'],
    runtime: 'Recorded.',
  },
  W5: {
    sentence: 'Each NMR registration has exactly one deregistration.',
    rules: ['paired-registration'],
    runtime: 'A second one is refused.',
  },
  A1: {
    sentence:
      'To attach, the ClientAttachProvider callback calls NmrClientAttachProvider and returns the status of that call, of the last one when it tries again.',
    rules: ['client-attach-provider', 'checked-status'],
    runtime: 'The returned status is compared.',
  },
  A2: {
    sentence: 'Not to attach, it returns STATUS_NOINTERFACE; an error before any attach call may return its own status.',
    rules: ['client-attach-provider'],
    runtime: 'Recorded.',
  },
  A3: {
    sentence: "After a successful attach it saves NmrBindingHandle and the provider's binding context and dispatch table.",
    rules: ['client-attach-provider'],
    runtime: 'Not checked.',
  },
  A4: {
    sentence: 'After a failed attach it cleans up and frees the binding context that it allocated.',
    rules: ['client-attach-provider'],
    runtime: 'A pool leak is listed.',
  },
  A5: {
    sentence:
      'The binding context and client dispatch table stay valid until detached; a context from the pool is freed in ClientCleanupBindingContext, not before.',
    rules: ['resident-registration-data'],
    runtime: 'A freed context is detected.',
  },
  A6: {
    sentence: 'ClientAttachProvider runs at PASSIVE_LEVEL, and NmrClientAttachProvider is called from it, at PASSIVE_LEVEL.',
    rules: ['irql-requirements'],
    runtime: 'Bug check.',
  },
  V1: {
    sentence:
      "To attach, the ProviderAttachClient callback saves NmrBindingHandle and the client's binding context and dispatch table, sets both out-parameters and returns STATUS_SUCCESS.",
    rules: ['provider-attach-client'],
    runtime: 'The out-parameters are checked.',
  },
  V2: {
    sentence: 'Not to attach, it returns STATUS_NOINTERFACE; a resource failure may return its own status.',
    rules: ['provider-attach-client'],
    runtime: 'Recorded.',
  },
  V3: {
    sentence: "The provider's binding context and dispatch table stay valid while attached.",
    rules: ['resident-registration-data'],
    runtime: 'A change is detected.',
  },
  V4: {
    sentence: 'ProviderAttachClient runs at PASSIVE_LEVEL.',
    rules: ['irql-requirements'],
    runtime: 'Not checked: the registrar itself makes the call.',
  },
  T1: {
    sentence: "After the detach callback was called, there are no more calls into the other side's NPI.",
    rules: ['detach-completion'],
    runtime: 'The call is refused.',
  },
  T2: {
    sentence: 'With no call in progress, the detach callback returns STATUS_SUCCESS and the complete function is not called.',
    rules: ['detach-completion'],
    runtime: 'The complete call is refused.',
  },
  T3: {
    sentence:
      'With calls in progress, it returns STATUS_PENDING, and the complete function is called with the binding handle when the last one is done.',
    rules: ['detach-completion'],
    runtime: 'A detach that never completes is recorded.',
  },
  T4: {
    sentence: 'The cleanup callback comes after both sides have detached, and frees what was allocated for the binding.',
    rules: ['resident-registration-data'],
    runtime: 'A pool leak is listed.',
  },
  T5: {
    sentence:
      'Detach and cleanup callbacks run at any level up to DISPATCH_LEVEL; the complete functions are called at DISPATCH_LEVEL or below.',
    rules: ['irql-requirements'],
    runtime: 'Bug check.',
  },
  I1: {
    sentence: 'A function is called at a level that its page allows.',
    rules: ['irql-requirements'],
    runtime: 'Bug check IRQL_NOT_LESS_OR_EQUAL.',
  },
  I2: {
    sentence: 'KeRaiseIrql does not lower the level; KeLowerIrql does not raise it, and restores the saved one.',
    rules: ['paired-irql'],
    runtime: 'Bug check.',
  },
  I3: {
    sentence: 'A raised level is restored and an acquired lock released on every path, once, with its own saved level.',
    rules: ['paired-irql'],
    runtime: 'Recorded when the routine ends.',
  },
  I4: {
    sentence: 'A spin lock or fast mutex is not acquired again by its holder.',
    rules: ['paired-irql'],
    runtime: 'The deadlock is detected.',
  },
  I5: {
    sentence: 'A routine returns at the level at which it was called.',
    rules: ['paired-irql'],
    runtime: 'Recorded.',
  },
} as const satisfies Record<string, Clause>;

/** Names a clause. The tables are typed with it: one that cites a clause that is not here does not compile. */
export type ClauseId = keyof typeof clauses;
