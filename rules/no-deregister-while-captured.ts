import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'no-deregister-while-captured',
  preset: 'recommended',
  clauses: ['D2'],
  description: 'Disallow WskDeregister while this thread still holds a capture on the same block',
  messages: {
    inTheWay: '{{call}} waits for the capture of `{{object}}` on line {{line}} and never returns: call WskReleaseProviderNPI first.',
  },
});
