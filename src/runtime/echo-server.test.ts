/** The sample drivers on the simulated computer: every outcome of the load path, connections from end to end, and the mistakes found. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as runtime from './index.js';
import type { DRIVER_INITIALIZE, LoadOptions } from './index.js';

const { forEachOutcome, loadDriver, NT_SUCCESS, simulation, STATUS_INSUFFICIENT_RESOURCES, STATUS_NOINTERFACE } = runtime;

// The driver imports the package by its name; here that is the source beside this file.
vi.mock('eslint-plugin-driver-contracts/runtime', () => runtime);

beforeEach(() => {
  simulation.reset();
  vi.spyOn(console, 'info').mockReturnValue();
  vi.spyOn(console, 'debug').mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

/** The entry routine of a fresh image: module variables as they are before the driver is loaded. */
async function freshImage(name: string): Promise<DRIVER_INITIALIZE> {
  vi.resetModules();
  const path = `../../fixtures/drivers/${name}/driver.ts`;
  const module = (await import(path)) as { DriverEntry: DRIVER_INITIALIZE };
  return module.DriverEntry;
}

const load = async (name: string, options: LoadOptions = {}): Promise<runtime.LoadedDriver> =>
  loadDriver(await freshImage(name), { name, restartThreads: true, ...options });

test('what the entry routine took is given back, whichever call fails', async () => {
  const statuses = new Set<number | undefined>();
  const summary = await forEachOutcome(async () => {
    const driver = await load('echo-server');
    statuses.add(driver.status);
    driver.unload();
    driver.expectNoViolations();
  });
  expect(summary.complete).toBe(true);
  expect(summary.runs).toBeGreaterThan(5);
  expect([...statuses].map((status) => NT_SUCCESS(status ?? STATUS_INSUFFICIENT_RESOURCES))).toEqual([true, false]);
});

test('bytes are echoed, and the driver unloads with a connection open', async () => {
  const driver = await load('echo-server');
  simulation.runFor(10);
  const [first, second] = [simulation.connect(), simulation.connect()];
  simulation.runFor(10);
  first.send('hello');
  second.send('ab');
  simulation.runFor(10);
  second.send('cd');
  first.disconnect();
  simulation.runFor(2000);
  expect([first.received, second.received, second.state]).toEqual(['hello', 'abcd', 'connected']);
  driver.unload();
  expect(second.state).toBe('disconnected');
  driver.expectNoViolations();
});

test('whatever memory it is refused while it echoes, it can be unloaded', async () => {
  const received = new Set<string>();
  const summary = await forEachOutcome(
    async () => {
      const driver = await load('echo-server');
      simulation.runFor(10);
      const [first, second] = [simulation.connect(), simulation.connect()];
      simulation.runFor(10);
      // A connection that the server has no memory for is refused.
      if (first.state === 'connected') first.send('hello');
      if (second.state === 'connected') second.send('ab');
      simulation.runFor(10);
      if (first.state === 'connected') first.disconnect();
      simulation.runFor(10);
      driver.unload();
      driver.expectNoViolations();
      received.add(first.received);
    },
    { calls: ['IoAllocateIrp', 'ExAllocatePool2', 'PsCreateSystemThread'] },
  );
  expect(summary.complete).toBe(true);
  expect(summary.runs).toBeGreaterThan(20);
  expect([...received].sort()).toEqual(['', 'hello']);
});

test('it may be unloaded while it waits for a provider that never comes', async () => {
  const driver = await load('echo-server', { readyAt: Number.POSITIVE_INFINITY });
  driver.unload();
  driver.expectNoViolations();
});

describe('the echo server with mistakes', () => {
  const folder = new URL('../../fixtures/drivers/echo-server-defects/', import.meta.url);
  /** The lines that carry an expectation comment, as `file:line`. */
  const wanted = readdirSync(folder).flatMap((file) =>
    readFileSync(new URL(file, folder), 'utf8')
      .split('\n')
      .flatMap((line, index) => (line.includes('// want ') ? [`${file}:${index + 1}`] : [])),
  );

  test('what the verifier records on some run is what the rules report, line by line', async () => {
    const seen = new Map<string, string>();
    const statuses = { WskQueryProviderCharacteristics: [STATUS_NOINTERFACE] };
    for (const wait of [10, 6000]) {
      const run = async (): Promise<void> => {
        const driver = await load('echo-server-defects');
        simulation.runFor(wait);
        simulation.connect();
        simulation.runFor(10);
        driver.unload();
        // A close that fails keeps the unload from ending: that is no matter of pairs.
        const findings = driver.findings().filter(({ clause }) => clause !== 'D2');
        for (const { clause, callSite } of findings) seen.set(callSite.replace(/^.*\/(.*:\d+):\d+$/, '$1'), clause);
      };
      await forEachOutcome(run, { failures: 1, statuses });
    }
    // A variable that loses its block: the rule reports the assignment, the run sees the registration that is left.
    expect([...seen].filter(([line]) => !wanted.includes(line)).map(([, clause]) => clause)).toEqual(['R3']);
    // Not seen: that assignment, and what needs a captured provider below the version asked for, which the simulation never gives.
    expect(wanted.filter((line) => !seen.has(line))).toHaveLength(2);
  });
});
