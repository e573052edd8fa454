import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'resident-registration-data',
  preset: 'recommended',
  clauses: ['R6', 'R8', 'N2', 'N3', 'N7', 'A5', 'V3', 'T4'],
  description: 'Disallow changing, freeing or letting go out of scope what a registration or attachment still uses',
  messages: {
    changed:
      'This changes `{{object}}`, which {{call}} registered (line {{line}}): change it before the registration, or after it is gone.',
    changedAttached: 'This changes `{{object}}`, which {{call}} attached (line {{line}}): leave it alone until the modules are detached.',
    freed: 'This frees `{{object}}`, which {{call}} registered (line {{line}}): free it after the deregistration is complete.',
    freedAttached: 'This frees `{{object}}`, which the attachment still uses: free it in the cleanup callback.',
    outOfScope:
      '{{call}} keeps a pointer to `{{object}}`, which goes out of scope when {{path}}: make it outlive the registration or attachment.',
    localHandedOut: '`{{object}}` is set to a local, which goes out of scope when the callback returns: make it outlive the attachment.',
    'fixed:zero': '{{call}} is handed a structure whose `{{member}}` is not zero: set it to 0.',
    'fixed:routineOrNull': '{{call}} is handed a structure whose `{{member}}` is neither a callback nor NULL: set it to one of the two.',
    otherAnswer: 'This callback returns another status than {{status}}, although no event is defined for it: return {{status}}.',
  },
});
