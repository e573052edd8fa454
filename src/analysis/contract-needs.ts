/** What a contract call needs to be held, or not to be held, when it is made. */
import { resources } from '../contracts/resources.js';
import type { Call } from './contract-calls.js';
import { droppedCall } from './guards.js';
import { nameOfObject } from './names.js';
import { lineOf } from './wording.js';
import { holding } from './object-state.js';
import type { State } from './state.js';
import type { Atom } from './values.js';

/** Needs that are not met are findings; the object is then no longer judged. */
export function checkNeeds(call: Call, state: State, atom: Atom): State {
  const { engine, contract, name, node } = call;
  let after = state;
  for (const need of contract.needs ?? []) {
    const own = engine.objectState(after, atom);
    if (own.silent) return after;
    const { count, why, whyAt, by } = holding(own, need.resource);
    const facts = resources[need.resource];
    if (own.memory === 'freed' && facts.overwritten !== null && need.state === 'held') {
      engine.report(after, {
        rule: facts.overwritten,
        messageId: 'usedFreed',
        node,
        clause: 'C4',
        data: { call: name, object: nameOfObject(engine, atom, node) },
      });
      return engine.silence(after, atom);
    }
    const isBroken = need.state === 'held' ? count === 0 : count !== 'unknown' && count > 0;
    const rule = need.state === 'held' ? facts.missing : facts.inTheWay;
    if (!isBroken || rule === null) continue;
    const [site] = by;
    engine.report(after, {
      rule,
      messageId: need.state === 'held' ? `missing:${why}` : 'inTheWay',
      node,
      clause: need.clause,
      data: {
        call: name,
        object: nameOfObject(engine, atom, node),
        participle: facts.participle,
        line: lineOf(need.state === 'held' ? (whyAt ?? node) : (site?.node ?? node)),
      },
      dependsOnDropped: need.state === 'held' && why === 'failed' ? droppedCall(call.target.frame, after, whyAt) : null,
    });
    after = engine.silence(after, atom);
  }
  return after;
}
