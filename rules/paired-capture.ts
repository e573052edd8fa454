import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'paired-capture',
  preset: 'recommended',
  clauses: ['C2', 'L1'],
  description: 'Require every successful capture of a provider NPI to be released exactly once, on every path',
  messages: {
    leftBehind: '{{call}} leaves `{{object}}` {{participle}} when {{path}}: call {{releasedBy}} on that path.',
    neverReleased: '{{call}} leaves `{{object}}` {{participle}} for good: no function here calls {{releasedBy}} for it.',
    'nothingToRelease:never':
      '{{call}} is called for `{{object}}` without a capture on this path: call it only after a successful capture.',
    'nothingToRelease:failed':
      '{{call}} is called for `{{object}}`, whose capture failed (line {{line}}): call it only when that succeeded.',
    'nothingToRelease:released':
      '{{call}} is called for `{{object}}` once more than it was captured (last on line {{line}}): remove one of the calls.',
    'nothingToRelease:unknown':
      '{{call}} is called for `{{object}}` without an outstanding capture on this path: call it only after a successful capture.',
  },
});
