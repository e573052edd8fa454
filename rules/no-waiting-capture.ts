import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'no-waiting-capture',
  preset: 'recommended',
  clauses: ['C6', 'E1'],
  description: 'Disallow captures that may wait where the IRQL may be above PASSIVE_LEVEL',
  messages: {
    tooHigh: '{{call}} may wait here at {{level}}, and waiting needs {{limit}}: pass WSK_NO_WAIT, or capture in a work item or thread.',
    tooLow: '{{call}} needs at least {{limit}} and runs at {{level}} here.',
    unknownContext:
      '{{call}} may wait, and nothing says that this runs at {{limit}}: give the function its role type or `@irqlRequiresMax {{limit}}`, or pass WSK_NO_WAIT.',
  },
  options: { unknownContext: { schema: { type: 'boolean' }, default: false } },
  includes: ({ messageId }, { unknownContext }) => messageId !== 'unknownContext' || unknownContext === true,
});
