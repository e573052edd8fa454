import fc from 'fast-check';

/** Laws are tested on the same cases in every run: what fails here is due to the last change, and fails again. */
fc.configureGlobal({ numRuns: 1000, seed: 2026 });
