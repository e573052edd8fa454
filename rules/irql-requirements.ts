import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'irql-requirements',
  preset: 'recommended',
  clauses: ['R7', 'D3', 'C7', 'L1', 'Q1', 'N6', 'W3', 'A6', 'V4', 'E1', 'T5', 'I1'],
  description: 'Disallow calls at an IRQL that the documentation of the called function rules out',
  messages: {
    tooHigh:
      '{{call}} may be called at {{limit}} at most, and this may run at {{level}}: call it before the level is raised, or in a work item or thread.',
    tooLow: '{{call}} needs {{limit}}, and this may run at {{level}}: raise the level first, or call the variant that does.',
    unknownContext:
      '{{call}} needs {{limit}}, and nothing says that this runs there: give the function its role type or `@irqlRequiresMax {{limit}}`.',
    badTag: '{{problem}}',
  },
  options: { unknownContext: { schema: { type: 'boolean' }, default: false } },
  includes: ({ messageId }, { unknownContext }) => messageId !== 'unknownContext' || unknownContext === true,
});
