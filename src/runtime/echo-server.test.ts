/** The sample driver on the simulated computer: every outcome of its load path, and a connection from end to end. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as runtime from './index.js';
import type { DRIVER_INITIALIZE, LoadOptions } from './index.js';

const { forEachOutcome, loadDriver, NT_SUCCESS, simulation, STATUS_INSUFFICIENT_RESOURCES } = runtime;

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

test('it may be unloaded while it waits for a provider that never comes', async () => {
  const driver = await load('echo-server', { readyAt: Number.POSITIVE_INFINITY });
  driver.unload();
  driver.expectNoViolations();
});
