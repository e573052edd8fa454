import { defineConfig, globalIgnores } from 'eslint/config';
import eslintPlugin from 'eslint-plugin-eslint-plugin';
import tseslint from 'typescript-eslint';

const { default: driverContracts } = await import('./dist/src/index.js').catch((cause) => {
  throw new Error('This project is linted with its own build: run `npm run build` first.', { cause });
});

export default defineConfig(
  // Fixtures break contracts on purpose; src/fixtures.test.ts lints them, against their expectation comments.
  globalIgnores(['dist/', 'coverage/', 'fixtures/']),
  {
    files: ['src/**/*.ts', 'rules/**/*.ts', 'vitest.config.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Line numbers belong in messages.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // The kit's signatures are kept whole, also where the simulation has no use for a parameter.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Syntax nodes are told apart by the text of their type: the enum would have to be imported at run time.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
    },
  },
  {
    files: ['rules/**/*.ts', 'src/index.ts'],
    ignores: ['**/*.test.ts'],
    extends: [eslintPlugin.configs.recommended],
  },
  {
    files: ['src/**/*.ts', 'rules/**/*.ts'],
    // The tests of the runtime break contracts on purpose, to see what it does about it.
    ignores: ['src/runtime/**/*.test.ts'],
    plugins: { 'driver-contracts': driverContracts },
    extends: ['driver-contracts/recommended'],
  },
);
