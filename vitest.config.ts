import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'rules/**/*.test.ts'],
    setupFiles: ['src/testing/laws.ts'],
    // A typed run over all fixtures builds one TypeScript program first.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
