import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'register-last',
  preset: 'strict',
  clauses: ['N5'],
  description: "Require a driver's entry routine to register with the NMR after all other initialisation",
  messages: {
    tooLate: '{{what}} comes after the registration of line {{line}}, from which on callbacks may arrive: do it before.',
  },
});
