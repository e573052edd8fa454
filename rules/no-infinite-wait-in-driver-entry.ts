import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'no-infinite-wait-in-driver-entry',
  preset: 'strict',
  clauses: ['C9'],
  description: "Disallow infinite and long waits for the WSK subsystem in a driver's entry routine",
  messages: {
    infinite:
      "{{call}} may wait for ever in the driver's entry routine, and the system does not start without it: capture in a worker thread.",
    long: "{{call}} may wait for {{wait}} ms in the driver's entry routine, which is too long: wait less, or capture in a worker thread.",
  },
  options: { maxWait: { schema: { type: 'number', minimum: 0 }, default: 1000 } },
  includes: ({ data }, { maxWait = 1000 }) => Number(data['wait']) > maxWait,
});
