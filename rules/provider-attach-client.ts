import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'provider-attach-client',
  preset: 'recommended',
  clauses: ['V1', 'V2'],
  description:
    'Require a ProviderAttachClient callback to save and hand out everything before it attaches, and to decline with STATUS_NOINTERFACE',
  messages: {
    notSaved:
      'This callback attaches without `{{missing}}`: save the handle, the context and the dispatch table of the client and set both out-parameters before it returns success.',
    notDeclined: 'This callback does not attach, and returns another status than {{status}}: return {{status}}.',
  },
});
