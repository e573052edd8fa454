import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'capture-after-registration',
  preset: 'recommended',
  clauses: ['C1', 'C4', 'Q1'],
  description: 'Require a block to be registered on every path that leads to a capture or a query',
  messages: {
    'missing:never': '{{call}} uses `{{object}}`, which was never {{participle}} on this path: call WskRegister first.',
    'missing:failed': '{{call}} uses `{{object}}`, whose registration failed (line {{line}}): return before it on that path.',
    'missing:released': '{{call}} uses `{{object}}`, which was deregistered before (line {{line}}): move the call before that line.',
    'missing:unknown': '{{call}} uses `{{object}}`, which is not {{participle}} on this path: call WskRegister first.',
  },
});
