import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'paired-registration',
  preset: 'recommended',
  clauses: ['R3', 'R9', 'D1', 'N4', 'N8', 'W5'],
  description: 'Require every successful registration to be undone exactly once, on every path',
  messages: {
    leftBehind: '{{call}} leaves `{{object}}` {{participle}} when {{path}}: call {{releasedBy}} on that path.',
    neverReleased: '{{call}} leaves `{{object}}` {{participle}} for good: no function here calls {{releasedBy}} for it.',
    'nothingToRelease:never':
      '{{call}} is called for `{{object}}`, which was never {{participle}} on this path: call it only after the registration succeeded.',
    'nothingToRelease:failed':
      '{{call}} is called for `{{object}}`, whose registration failed (line {{line}}): call it only when that succeeded.',
    'nothingToRelease:released': '{{call}} is called for `{{object}}` a second time (first on line {{line}}): remove one of the two calls.',
    'nothingToRelease:unknown':
      '{{call}} is called for `{{object}}`, which is not {{participle}} on this path: call it only after the registration succeeded.',
  },
});
