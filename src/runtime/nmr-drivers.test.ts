/** The sample drivers of the Network Module Registrar: each by itself under every outcome, and both on one simulated computer. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as runtime from './index.js';
import type { DRIVER_INITIALIZE, HANDLE, LoadedDriver } from './index.js';

const { forEachOutcome, loadDriver, NT_SUCCESS, simulation } = runtime;

/** Detachments that a complete function has ended, by the side that called it. */
const completed: string[] = [];
/** While it is busy, work items wait outside of the queue. */
const workQueue = { isBusy: false, waiting: [] as (() => void)[] };

// The drivers import the package by its name; here that is the source beside this file, watched where a return value does not tell.
vi.mock('eslint-plugin-driver-contracts/runtime', () => ({
  ...runtime,
  IoQueueWorkItem: (...item: Parameters<typeof runtime.IoQueueWorkItem>): void => {
    if (workQueue.isBusy)
      workQueue.waiting.push(() => {
        runtime.IoQueueWorkItem(...item);
      });
    else runtime.IoQueueWorkItem(...item);
  },
  NmrClientDetachProviderComplete: (NmrBindingHandle: HANDLE): void => {
    completed.push('client');
    runtime.NmrClientDetachProviderComplete(NmrBindingHandle);
  },
  NmrProviderDetachClientComplete: (NmrBindingHandle: HANDLE): void => {
    completed.push('provider');
    runtime.NmrProviderDetachClientComplete(NmrBindingHandle);
  },
}));

beforeEach(() => {
  simulation.reset();
  completed.length = 0;
  Object.assign(workQueue, { isBusy: false, waiting: [] });
  vi.spyOn(console, 'info').mockReturnValue();
  vi.spyOn(console, 'debug').mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

interface Image {
  readonly DriverEntry: DRIVER_INITIALIZE;
}

/** A module of a driver's image. Modules of one image share their variables until `vi.resetModules()`. */
async function moduleOf<T = Image>(name: string): Promise<T> {
  const path = `../../fixtures/drivers/${name}.ts`;
  return (await import(path)) as T;
}

const load = async (name: string): Promise<LoadedDriver> =>
  loadDriver((await moduleOf(`${name}/driver`)).DriverEntry, { name, restartThreads: true });

const orders = [
  { first: 'nmr-provider', second: 'nmr-client' },
  { first: 'nmr-client', second: 'nmr-provider' },
];

/** What the client's side shows of a running pair. */
interface Traffic {
  readonly CountFrame: (length: number) => void;
}
interface Bindings {
  readonly BeginCallsForTraffic: () => readonly { readonly MeterId: number; readonly Limit: number }[];
  readonly EndCall: (binding: unknown) => void;
}

/** The bindings over which the client reports traffic at this moment. */
async function attached(): Promise<{ MeterId: number; Limit: number }[]> {
  const { BeginCallsForTraffic, EndCall } = await moduleOf<Bindings>('nmr-client/bindings');
  return BeginCallsForTraffic().map((binding) => {
    EndCall(binding);
    return { MeterId: binding.MeterId, Limit: binding.Limit };
  });
}

describe.each(['nmr-provider', 'nmr-client'])('%s', (name) => {
  test('gives back what its entry routine took, whichever call fails', async () => {
    const statuses = new Set<boolean>();
    const { runs, complete } = await forEachOutcome(async () => {
      vi.resetModules();
      const driver = await load(name);
      statuses.add(NT_SUCCESS(driver.status ?? runtime.STATUS_UNSUCCESSFUL));
      simulation.runFor(2500);
      driver.unload();
      driver.expectNoViolations();
    });
    expect([runs > 2, complete, [...statuses]]).toEqual([true, true, [true, false]]);
  });
});

describe.each(orders)('$first, then $second', ({ first, second }) => {
  beforeEach(() => {
    vi.resetModules();
  });

  test('attach, count, notify, and unload in the same order', async () => {
    const drivers = [await load(first), await load(second)];
    simulation.runFor(10);
    expect(await attached()).toEqual([{ MeterId: 1, Limit: 10_000 }]);

    const { CountFrame } = await moduleOf<Traffic>('nmr-client/traffic');
    CountFrame(15_000);
    simulation.runFor(2500);
    // The provider's DPC found the excess, its work item told the client, and the client's worker opened another meter.
    expect(await attached()).toEqual([{ MeterId: 2, Limit: 30_000 }]);

    for (const driver of drivers) driver.unload();
    for (const driver of drivers) driver.expectNoViolations();
  });

  test('unload in the reverse order, and the first can be attached again', async () => {
    const [one, other] = [await load(first), await load(second)];
    simulation.runFor(10);
    other.unload();
    expect(await attached()).toEqual([]);
    const again = await load(second);
    simulation.runFor(10);
    expect(await attached()).toHaveLength(1);
    again.unload();
    one.unload();
    for (const driver of [one, other, again]) driver.expectNoViolations();
  });

  test('a job that has begun a call keeps the detachment pending until it has ended it', async () => {
    const drivers = [await load(first), await load(second)];
    // The client's job that opens the meter has not run yet.
    expect(await attached()).toEqual([]);
    for (const driver of drivers) driver.unload();
    expect(completed).toEqual(['client']);
    for (const driver of drivers) driver.expectNoViolations();
  });

  test('so does a notice that is on its way to the client', async () => {
    const drivers = [await load(first), await load(second)];
    simulation.runFor(10);
    const { CountFrame } = await moduleOf<Traffic>('nmr-client/traffic');
    CountFrame(15_000);
    workQueue.isBusy = true;
    simulation.runFor(1000);
    drivers[first === 'nmr-provider' ? 0 : 1]?.run(() => {
      for (const queue of workQueue.waiting) queue();
    });
    for (const driver of drivers) driver.unload();
    expect(completed).toEqual(['provider']);
    for (const driver of drivers) driver.expectNoViolations();
  });

  test('give everything back, whichever calls fail on the way to each other', async () => {
    const bindings = new Set<number>();
    const { runs, complete } = await forEachOutcome(async () => {
      vi.resetModules();
      const drivers = [await load(first), await load(second)];
      simulation.runFor(10);
      bindings.add((await attached()).length);
      const { CountFrame } = await moduleOf<Traffic>('nmr-client/traffic');
      if (drivers.every(({ isLoaded }) => isLoaded)) CountFrame(15_000);
      simulation.runFor(1200);
      for (const driver of drivers) driver.unload();
      for (const driver of drivers) driver.expectNoViolations();
    });
    expect([runs > 8, complete, [...bindings]]).toEqual([true, true, [1, 0]]);
  });
});

// A bug check ends a run, and of some answers and assignments no run shows anything: the rest of what is seeded is the rules' alone.
test.each([
  { name: 'nmr-provider-defects', partner: 'nmr-client', clauses: ['I1', 'N2', 'V3', 'W1'] },
  { name: 'nmr-client-defects', partner: 'nmr-provider', clauses: ['A1', 'N4', 'T1', 'T2', 'T4'] },
])('$name: the verifier records what a run can show', async ({ name, partner, clauses }) => {
  const seen = new Set<string>();
  const run = async (wait: number): Promise<void> => {
    vi.resetModules();
    const drivers = [await load(partner), await load(name)];
    simulation.runFor(wait);
    for (const driver of drivers.reverse()) driver.unload();
    expect(drivers[1]?.findings()).toEqual([]);
    for (const { clause } of drivers[0]?.findings() ?? []) seen.add(clause);
  };
  for (const wait of [0, 10, 2500]) await forEachOutcome(() => run(wait), { failures: 1 });
  expect([...seen].sort()).toEqual(clauses);
});
