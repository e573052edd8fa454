/** Raised levels and locks that are left when a routine ends: each is told where it was raised or acquired (I3). */
import { machine, type HistoryStep, type Routine } from '../../runtime/machine.js';
import type { Run } from './run.js';

/** Call sites of raises that were not undone, from the history of a routine's raises. */
function openRaises(history: readonly HistoryStep[]): string[] {
  const open: string[] = [];
  for (const { what, callSite } of history) {
    if (what.startsWith('raised')) open.push(callSite);
    else open.pop();
  }
  return open;
}

/** To be called while the routine has not returned yet. */
export function judgeLevels(run: Run, { raises, locks }: Routine): void {
  if (raises.length > 0)
    for (const site of openRaises(machine.historyOf(raises))) run.record.leave(Number(site), 'paired-irql', run.isLevelUnsure);
  for (const lock of locks.keys()) {
    const site = machine.historyOf(lock).findLast(({ what }) => what.startsWith('acquired'))?.callSite;
    if (site !== undefined && !run.record.isSilent(lock)) run.record.leave(Number(site), 'paired-irql', run.isLevelUnsure);
  }
}
