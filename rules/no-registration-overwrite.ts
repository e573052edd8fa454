import { defineRule } from '../src/analysis/define-rule.js';

export default defineRule({
  name: 'no-registration-overwrite',
  preset: 'recommended',
  clauses: ['R2', 'R4', 'R5', 'C4', 'N4'],
  description: 'Disallow overwriting, freeing or losing a block or handle while it is registered',
  messages: {
    inTheWay:
      '{{call}} is called for `{{object}}`, which is {{participle}} already (line {{line}}): deregister it first, or use a block of its own.',
    memberWritten: 'This changes `{{object}}` while it is registered (line {{line}}): leave its contents alone until it is deregistered.',
    holderOverwritten: 'This overwrites the only reference to `{{object}}`, which is registered (line {{line}}): deregister it before.',
    freed: 'This frees the memory of `{{object}}` while it is registered (line {{line}}): deregister it before.',
    usedFreed: '{{call}} uses `{{object}}`, whose memory was freed or overwritten: free it after the last use.',
  },
});
