/**
 * Which fixture shows a defect of each clause, for each rule that reports it; why there is none where no rule does. A fixture is named by its
 * file below `fixtures/` and the declaration in it. `docs.test.ts` checks that the rule is expected there, `fixtures.test.ts` that it reports.
 */
import type { clauses, ClauseId } from '../contracts/clauses.js';

/** `rules/RULE/FILE.ts#DECLARATION` */
export type FixtureName = `${string}.ts#${string}`;

export interface NotReported {
  /** Why nothing that a caller writes is reported for the clause. */
  readonly because: string;
  /** Does what the clause describes, and is not reported. */
  readonly see: FixtureName;
}

type RulesOf<C extends ClauseId> = (typeof clauses)[C]['rules'];

export const shownIn: {
  readonly [C in ClauseId]: RulesOf<C> extends readonly [] ? NotReported : { readonly [R in RulesOf<C>[number]]: FixtureName };
} = {
  R1: { 'checked-status': 'rules/checked-status/forwarder.defect.ts#registerUnasked' },
  R2: { 'no-registration-overwrite': 'rules/no-registration-overwrite/second-register.ts#sameBlockReported' },
  R3: { 'paired-registration': 'rules/paired-registration/failing-exits.ts#statusLeaks' },
  R4: { 'no-registration-overwrite': 'rules/no-registration-overwrite/freed-memory.ts#freedBlockReported' },
  R5: { 'no-registration-overwrite': 'rules/no-registration-overwrite/writes-into-the-block.ts#assignmentReported' },
  R6: { 'resident-registration-data': 'rules/resident-registration-data/wsk-dispatch.ts#changesTable' },
  R7: { 'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#registerUnderTheLock' },
  R8: { 'resident-registration-data': 'rules/resident-registration-data/fixed-values.ts#OddEvents' },
  R9: { 'paired-registration': 'rules/paired-registration/driver-lifetime.defect.ts#DriverEntry' },
  D1: { 'paired-registration': 'rules/paired-registration/wrong-deregistrations.ts#otherBlockReported' },
  D2: { 'no-deregister-while-captured': 'rules/no-deregister-while-captured/shutdown.defect.ts#askVersionReported' },
  D3: { 'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#deregisterInTheDpc' },
  D4: { 'no-wait-in-wsk-callback': 'rules/no-wait-in-wsk-callback/events.ts#onClose' },
  C1: { 'capture-after-registration': 'rules/capture-after-registration/not-registered.ts#captureNewBlockReported' },
  C2: { 'paired-capture': 'rules/paired-capture/exits.ts#throwLeaks' },
  C3: {
    'checked-status': 'rules/checked-status/forwarder.defect.ts#captureUnasked',
    'no-npi-outside-capture': 'rules/no-npi-outside-capture/resolver.defect.ts#afterFailureReported',
  },
  C4: {
    'capture-after-registration': 'rules/capture-after-registration/after-deregistration.ts#captureReported',
    'no-registration-overwrite': 'rules/no-registration-overwrite/freed-memory.ts#lateCaptureReported',
  },
  C5: {
    because: 'how a wait of another thread ends; a caller cannot break it',
    see: 'drivers/echo-server/driver.ts#OpenForBusiness',
  },
  C6: { 'no-waiting-capture': 'rules/no-waiting-capture/raised-level.ts#spinLockReported' },
  C7: { 'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#captureAtHighLevel' },
  C8: {
    because: 'how long the call waits; where it must not wait is C6, C9 and E2',
    see: 'rules/no-waiting-capture/roles.ts#threadOk',
  },
  C9: { 'no-infinite-wait-in-driver-entry': 'rules/no-infinite-wait-in-driver-entry/entry.ts#sometimesForEver' },
  C10: {
    because: 'something that a client may do',
    see: 'drivers/echo-server/versions.ts#ReadProviderRange',
  },
  L1: {
    'paired-capture': 'rules/paired-capture/releases.ts#secondReleaseReported',
    'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#releaseAtHighLevel',
  },
  L2: { 'no-npi-outside-capture': 'rules/no-npi-outside-capture/resolver.defect.ts#lookUp' },
  Q1: {
    'capture-after-registration': 'rules/capture-after-registration/not-registered.ts#queryNewBlockReported',
    'checked-status': 'rules/checked-status/forwarder.defect.ts#queryUnasked',
    'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#queryAtHighLevel',
  },
  E1: {
    'no-waiting-capture': 'rules/no-waiting-capture/roles.ts#receiveReported',
    'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#sentWithPagedReport',
  },
  E2: { 'no-wait-in-wsk-callback': 'rules/no-wait-in-wsk-callback/events.ts#onDisconnect' },
  N1: { 'checked-status': 'rules/checked-status/forwarder.defect.ts#offerUnasked' },
  N2: { 'resident-registration-data': 'rules/resident-registration-data/nmr-registrations.ts#entryRenumbers' },
  N3: { 'resident-registration-data': 'rules/resident-registration-data/nmr-registrations.ts#freesWhileRegistered' },
  N4: {
    'paired-registration': 'rules/paired-registration/nmr-handles.ts#localCellLeaks',
    'no-registration-overwrite': 'rules/no-registration-overwrite/handle-cells.ts#clearedReported',
  },
  N5: { 'register-last': 'rules/register-last/initialisation.ts#entryReported' },
  N6: { 'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#registerClientUnderTheLock' },
  N7: { 'resident-registration-data': 'rules/resident-registration-data/fixed-values.ts#OddProvider' },
  N8: { 'paired-registration': 'rules/paired-registration/nmr-handles.ts#secondRegistrationFailsLeaks' },
  W1: { 'wait-after-nmr-deregister': 'rules/wait-after-nmr-deregister/unload-routines.ts#unloadForgets' },
  W2: { 'wait-after-nmr-deregister': 'rules/wait-after-nmr-deregister/local-handles-and-early-waits.ts#waitsTooEarly' },
  W3: { 'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#waitUnderTheLock' },
  W4: { 'wait-after-nmr-deregister': 'rules/wait-after-nmr-deregister/unload-routines.ts#unloadWaitsForTheOther' },
  W5: { 'paired-registration': 'rules/paired-registration/nmr-handles.ts#twiceReported' },
  A1: {
    'client-attach-provider': 'rules/client-attach-provider/statuses.ts#hidesFailure',
    'checked-status': 'rules/checked-status/forwarder.defect.ts#attachUnasked',
  },
  A2: { 'client-attach-provider': 'rules/client-attach-provider/statuses.ts#declinesOddly' },
  A3: { 'client-attach-provider': 'rules/client-attach-provider/binding-contexts.ts#losesHandle' },
  A4: { 'client-attach-provider': 'rules/client-attach-provider/binding-contexts.ts#leavesContext' },
  A5: { 'resident-registration-data': 'rules/resident-registration-data/attachments.ts#freesAttached' },
  A6: { 'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#attachUnderTheLock' },
  V1: { 'provider-attach-client': 'rules/provider-attach-client/saved-and-set.ts#forgetsContext' },
  V2: { 'provider-attach-client': 'rules/provider-attach-client/declining.ts#declines' },
  V3: { 'resident-registration-data': 'rules/resident-registration-data/attachments.ts#handsOutLocals' },
  V4: { 'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#attachWithTheLockOfDpcs' },
  T1: { 'detach-completion': 'rules/detach-completion/last-words.ts#detachClientReported' },
  T2: { 'detach-completion': 'rules/detach-completion/client-detaches.ts#complete' },
  T3: { 'detach-completion': 'rules/detach-completion/never-completed.ts#detachReported' },
  T4: { 'resident-registration-data': 'rules/resident-registration-data/attachments.ts#freesTooEarly' },
  T5: { 'irql-requirements': 'rules/irql-requirements/telemetry.defect.ts#detachWaits' },
  I1: { 'irql-requirements': 'rules/irql-requirements/pool-and-waits.ts#dispose' },
  I2: { 'paired-irql': 'rules/paired-irql/saved-levels.ts#refillWithAConstant' },
  I3: { 'paired-irql': 'rules/paired-irql/locks.ts#releaseTwice' },
  I4: { 'paired-irql': 'rules/paired-irql/locks.ts#lockTable' },
  I5: { 'paired-irql': 'rules/paired-irql/annotated-helpers.ts#beginSometimes' },
};
