import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'no-wait-in-wsk-callback',
  preset: 'recommended',
  clauses: ['E2', 'D4'],
  description: 'Disallow waiting inside WSK event callbacks and completion routines',
  messages: {
    waits: '{{call}} may wait, and this runs inside a WSK callback, which must not, even at PASSIVE_LEVEL: queue a work item that does it.',
  },
});
