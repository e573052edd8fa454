/** What the runtime has found wrong with a call or write, as the rules would tell it. */
import type { RuleName } from '../../contracts/clauses.js';
import type { ContractFunction, Resource } from '../../contracts/types.js';
import { Out } from '../../runtime/basics.js';
import { machine, type Finding } from '../../runtime/machine.js';
import { isFreed } from '../../runtime/pool.js';
import { isRegistrationOverwritten, registrationOf, WSK_REGISTRATION } from '../../runtime/registrations.js';
import { lockOf, type Judged } from './arguments.js';
import { isWrongAtAll, placeOf } from './levels.js';
import { BEFORE, type Run } from './run.js';
import { levelRules, ruleOf } from './violations.js';

export const pairingOf = (resource: Resource): RuleName => (resource === 'capture' ? 'paired-capture' : 'paired-registration');

export const isAboutLevel = ({ message }: Finding): boolean => message.startsWith('called at ');

/** A block that was freed, or written to after it was deregistered. */
const isGone = (about: object | undefined): boolean =>
  isFreed(about) || (about instanceof WSK_REGISTRATION && isRegistrationOverwritten(about));

/** `owner`: the NPI through whose table the call goes. */
export function judge(
  run: Run,
  finding: Finding,
  name: Judged,
  contract: ContractFunction,
  args: readonly unknown[],
  owner: object | undefined,
): void {
  const { record } = run;
  const { clause, about = clause === 'L2' ? owner : undefined } = finding;
  const line = placeOf(run, finding, contract);
  const rule = clause === 'C4' && isGone(about) ? 'no-registration-overwrite' : ruleOf(clause, isAboutLevel(finding));
  // A wait for what nobody has registered, or what was waited for before, only fails. Which bindings there are, nobody knows.
  if (rule === undefined || (clause === 'W2' && about === undefined) || clause === 'T2') return;
  if (isAboutLevel(finding) && !run.isLevelUnsure && !isWrongAtAll(run, name, contract, args)) return;
  // On a block that is gone nothing is registered or captured any more. Of registering it anew the rules say nothing.
  if (clause !== 'C4' && contract.memory === undefined && about instanceof WSK_REGISTRATION && isFreed(about)) {
    if (contract.releases === undefined) return;
    record.add(line, pairingOf(contract.releases.resource), about, run.statuses.unexaminedFailureOn(about, contract.releases.resource));
    return;
  }
  if (levelRules.has(rule)) {
    if (run.isLevelUnsure) {
      for (const each of levelRules) record.allow(line, each);
      return;
    }
    if (rule === 'paired-irql') run.misusedAt = record.calls;
    else run.wasAtWrongLevel = true;
  }
  // A lock that was acquired at the wrong level is released there, too: one bug.
  const lock = rule === 'irql-requirements' ? lockOf(contract, args) : undefined;
  if (lock !== undefined && contract.levelEffect?.kind === 'releaseLock' && run.misacquired.has(lock)) return;
  if (lock !== undefined) {
    run.misacquired.add(lock);
    record.silence(lock);
  }
  const subject = about ?? (contract.releases?.rundown === undefined ? undefined : run.cellRead);
  // Of a cell that is empty, one mistake is told as of the handle that it would hold.
  record.add(
    line,
    rule,
    about ?? (subject instanceof Out ? subject : undefined),
    subject && run.statuses.unexaminedFailureOn(subject, contract.releases?.resource),
  );
  const { fills } = contract;
  const filled = fills === undefined ? undefined : args[contract.parameters.indexOf(fills.parameter)];
  if (clause === 'I4' || finding.where === 'KeRaiseIrql') record.end();
  if (about !== undefined && typeof filled === 'object' && filled !== null && run.outcome === undefined) record.silence(filled);
}

/** What the writes were wrong about that the runtime has found since it had found so much. */
export function judgeWrites(run: Run, line: number, seen: number): void {
  for (const { clause, about } of machine.findings.slice(seen)) {
    const rule = ruleOf(clause, false);
    // That it was registered before is only assumed, because it was used as if it were.
    const isAssumed = about instanceof WSK_REGISTRATION && registrationOf(about).registeredAt === BEFORE;
    if (rule !== undefined && !isAssumed) run.record.add(line, rule, about);
  }
}
