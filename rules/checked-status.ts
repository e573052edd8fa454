import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'checked-status',
  preset: 'recommended',
  clauses: ['R1', 'C3', 'Q1', 'N1', 'A1'],
  description: 'Require the status of a contract call that can fail to be looked at',
  messages: {
    lost: 'The status of {{call}} is lost on some path: test it with NT_SUCCESS, return it or keep it before it is overwritten.',
  },
});
