/** The page about the runtime: its example is a test, and it names what a test can use. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  loadDriver,
  MAKE_WSK_VERSION,
  NULL,
  simulation,
  STATUS_SUCCESS,
  WSK_NO_WAIT,
  WSK_PROVIDER_NPI,
  WSK_REGISTRATION,
  WskCaptureProviderNPI,
  WskRegister,
  WskReleaseProviderNPI,
} from './index.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('../../docs/runtime.md');

test('the example on the page is the test', () => {
  const example = read('example.test.ts').replace("'./index.js'", "'eslint-plugin-driver-contracts/runtime'");
  expect(/```ts\n(.*?)```/s.exec(page)?.[1]).toBe(example);
});

test('the report on the page is one that the verifier writes', () => {
  simulation.reset();
  const block = new WSK_REGISTRATION();
  const driver = loadDriver(
    (DriverObject) => {
      DriverObject.DriverUnload = () => undefined;
      WskRegister({ ClientContext: NULL, Dispatch: { Version: MAKE_WSK_VERSION(1, 0), Reserved: 0, WskClientEvent: NULL } }, block);
      WskCaptureProviderNPI(block, WSK_NO_WAIT, new WSK_PROVIDER_NPI());
      WskReleaseProviderNPI(block);
      return STATUS_SUCCESS;
    },
    { name: 'example' },
  );
  driver.unload();
  const withoutPlaces = (text: string | undefined): string | undefined => text?.replaceAll(/\S+:\d+:\d+/g, 'place');
  expect(withoutPlaces(/```text\n(.*?)\n```/s.exec(page)?.[1])).toBe(withoutPlaces(driver.report()));
});

test('the page names every member of a driver and of the simulation', () => {
  const driver = loadDriver(() => 0);
  const members = [...Object.getOwnPropertyNames(Object.getPrototypeOf(driver)), ...Object.keys(driver), ...Object.keys(simulation)];
  expect(members.filter((name) => name !== 'constructor' && !page.includes(name))).toEqual([]);
});
