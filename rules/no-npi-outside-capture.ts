import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'no-npi-outside-capture',
  preset: 'recommended',
  clauses: ['C3', 'L2'],
  description: 'Disallow using a provider NPI before a successful capture filled it, or after its release',
  messages: {
    notFilled: '`{{member}}` is read on a path on which no capture has filled it: use it only after {{call}} succeeded.',
    released: '`{{member}}` is read after the capture that filled it was released: use it before WskReleaseProviderNPI.',
    copyReleased: '`{{used}}` comes from an NPI whose capture was released: use it before WskReleaseProviderNPI, however it was copied.',
  },
});
