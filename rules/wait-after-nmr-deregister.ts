import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'wait-after-nmr-deregister',
  preset: 'recommended',
  clauses: ['W1', 'W2', 'W4'],
  description: 'Require an NMR deregistration that may be pending to be waited for before the module goes away',
  messages: {
    leftBehind: '{{call}} may leave the deregistration of `{{object}}` pending when {{path}}: call {{releasedBy}} on that path.',
    neverReleased: '{{call}} may leave the deregistration of `{{object}}` pending: no function here calls {{releasedBy}} for it.',
    tooEarly: '{{call}} is called for `{{object}}` before its deregistration: deregister first, then wait.',
  },
});
