import { createRequire } from 'node:module';

const read = createRequire(import.meta.url);

/** `name` and `version` are the package's own: the file is found from `src/` and from `dist/src/` by the package's own name. */
const { name, version } = read('eslint-plugin-driver-contracts/package.json') as { readonly name: string; readonly version: string };

export const meta = { name, version, namespace: 'driver-contracts' } as const;
