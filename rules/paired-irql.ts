import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'paired-irql',
  preset: 'recommended',
  clauses: ['I2', 'I3', 'I4', 'I5'],
  description:
    'Require a raised IRQL to be restored and an acquired lock to be released on every path, once, with the level that was saved',
  messages: {
    notRestored: '{{call}} leaves the IRQL raised when {{path}}: restore the saved level on that path.',
    lockLeft: '{{call}} leaves `{{object}}` acquired when {{path}}: release it on that path.',
    acquiredTwice:
      '{{call}} waits for `{{object}}`, which this thread holds since line {{line}}, and never returns: release it first, or acquire it once.',
    notHeld: '{{call}} releases `{{object}}`, which is not held on this path: release a lock once for each acquisition.',
    wrongRelease: '{{call}} does not undo {{acquire}} of `{{object}}` (line {{line}}): call the release function that belongs to it.',
    wrongLevel: '{{call}} does not restore the level that {{raise}} saved (line {{line}}): pass that saved level.',
    savedOver:
      '{{call}} saves the level in a cell that a later raise overwrites, so that it cannot be restored: use a cell for each raise.',
    skipsLevel: '{{call}} goes below the level of {{raise}} (line {{line}}), which is still to be undone: undo that first.',
    lowersUnderLock:
      '{{call}} lowers the level that {{acquire}} raised (line {{line}}) while the lock is held: release the lock with that level instead.',
    notRaised: '{{call}} changes a level that nothing raised here: lower only to a level that was saved by a raise.',
    lowersToHigher: '{{call}} is handed a level above {{current}}, at which this runs: it can only lower.',
    raisesToLower: '{{call}} is handed {{level}}, and this may run at {{current}}: it can only raise.',
    doesNotRaise: '{{function}} may return at {{current}}, and `@irqlRaises` promises {{level}}: raise on every path, or change the tag.',
    doesNotSave:
      '{{function}} keeps the old level to itself, and `@irqlSaves` promises it to the caller: return it or put it into a cell of the caller.',
    doesNotRestore:
      '{{function}} may return without restoring the level, which `@irqlRestores` promises: restore it on every path, or remove the tag.',
  },
});
