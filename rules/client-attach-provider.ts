import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'client-attach-provider',
  preset: 'recommended',
  clauses: ['A1', 'A2', 'A3', 'A4'],
  description: 'Require a ClientAttachProvider callback to attach, decline or fail as the registrar expects',
  messages: {
    otherStatus: 'This returns something else than the status of {{call}} (line {{line}}): return that status.',
    notDeclined: 'This callback does not attach, and returns another status than {{status}}: return {{status}}.',
    notAttached: 'This callback returns success on a path on which {{call}} was not called: attach, or return {{status}}.',
    handleLost:
      '{{call}} attaches, and `{{object}}` is saved nowhere when {{path}}: keep it in the binding context, or the detach cannot be completed.',
    contextLeft: '{{call}} fails, and `{{object}}` is still allocated when {{path}}: free it on that path.',
  },
});
