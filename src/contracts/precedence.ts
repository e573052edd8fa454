/**
 * One bug, one report: of several rules that a piece of code breaks at once, the first of its list reports, and the others say nothing.
 * That holds whatever rules are on, since the analysis decides it before it knows. From one place to the next, time decides: after a report about an
 * object, nothing more is said about that object on that path; after a fatal misuse of a level or lock, nothing at all. `call` and `write` are
 * what the analysis goes by; the other lists follow from that silence. `src/precedence.test.ts` tries the rules of each list alone and together.
 */
import type { RuleName } from './clauses.js';

type PrecedenceList = readonly [RuleName, RuleName, ...RuleName[]];

export const precedence = {
  /**
   * A call at its level. A level or lock that is misused tells why the level is what it is. A capture that waits has a rule of its own where the level may
   * be too high. What must not wait at any level must not wait at this one either.
   */
  call: ['paired-irql', 'no-waiting-capture', 'no-wait-in-wsk-callback', 'irql-requirements'],
  /** A write or a free. Data that the kit still uses may hold the block or the handle's cell: losing that comes with it. */
  write: ['resident-registration-data', 'no-registration-overwrite'],
  /** A block whose memory is gone is not merely unregistered. */
  freed: ['no-registration-overwrite', 'capture-after-registration'],
  /** What is lost or overwritten while it is registered cannot be deregistered any more. */
  lost: ['no-registration-overwrite', 'paired-registration'],
  /** A call that never returns leaves nothing behind. */
  inTheWay: ['no-deregister-while-captured', 'paired-capture'],
  /** A capture that cannot succeed is not left behind. */
  missing: ['capture-after-registration', 'paired-capture'],
  /** A wait in the wrong place is the whole mistake. */
  early: ['wait-after-nmr-deregister', 'paired-registration'],
  /** A failure that nobody has asked for explains what goes wrong because of it. */
  lostStatus: ['checked-status', 'no-npi-outside-capture', 'capture-after-registration', 'paired-registration', 'paired-capture'],
} as const satisfies Readonly<Record<string, PrecedenceList>>;
