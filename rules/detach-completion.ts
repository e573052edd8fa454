import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'detach-completion',
  preset: 'recommended',
  clauses: ['T1', 'T2', 'T3'],
  description: 'Require a detach to be completed exactly once: by returning STATUS_SUCCESS, or by STATUS_PENDING and the complete function',
  messages: {
    completedTwice:
      '{{call}} completes a detach that the callback completes itself by returning STATUS_SUCCESS (line {{line}}): do one of the two.',
    neverCompleted:
      'This leaves the detach pending, and no function here calls {{call}}: call it when the last call into the other module is done.',
    usedAfterDetach:
      '`{{call}}` belongs to the other module, which must not be called any more once its detach callback was entered: remove this call.',
  },
});
