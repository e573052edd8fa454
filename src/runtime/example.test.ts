import { beforeEach, expect, test } from 'vitest';
import {
  forEachOutcome,
  loadDriver,
  MAKE_WSK_VERSION,
  NT_SUCCESS,
  NULL,
  simulation,
  STATUS_DEVICE_NOT_READY,
  WSK_NO_WAIT,
  WSK_PROVIDER_NPI,
  WSK_REGISTRATION,
  WskCaptureProviderNPI,
  WskDeregister,
  WskRegister,
  WskReleaseProviderNPI,
  type DRIVER_INITIALIZE,
  type WSK_CLIENT_DISPATCH,
} from './index.js';

const Dispatch: WSK_CLIENT_DISPATCH = { Version: MAKE_WSK_VERSION(1, 0), Reserved: 0, WskClientEvent: NULL };
const Registration = new WSK_REGISTRATION();

const DriverEntry: DRIVER_INITIALIZE = (DriverObject) => {
  let status = WskRegister({ ClientContext: NULL, Dispatch }, Registration);
  if (!NT_SUCCESS(status)) return status;

  status = WskCaptureProviderNPI(Registration, WSK_NO_WAIT, new WSK_PROVIDER_NPI());
  if (!NT_SUCCESS(status)) {
    WskDeregister(Registration);
    return status;
  }
  WskReleaseProviderNPI(Registration);
  DriverObject.DriverUnload = () => {
    WskDeregister(Registration);
  };
  return status;
};

beforeEach(() => {
  simulation.reset();
});

test('the driver loads and unloads', () => {
  const driver = loadDriver(DriverEntry, { name: 'example' });
  expect(driver.isLoaded).toBe(true);
  driver.unload();
  driver.expectNoViolations();
});

test('it does not load while WSK is not ready, and leaves nothing behind', () => {
  const driver = loadDriver(DriverEntry, { readyAt: 500 });
  expect(driver.status).toBe(STATUS_DEVICE_NOT_READY);
  driver.expectNoViolations();
});

test('it undoes what it did, whichever call fails', () => {
  const { runs, complete } = forEachOutcome(() => {
    const driver = loadDriver(DriverEntry);
    driver.unload();
    driver.expectNoViolations();
  });
  // All is well; WskRegister fails; WskCaptureProviderNPI fails in each of its two ways.
  expect([runs, complete]).toEqual([4, true]);
});

test('a driver that forgets to deregister is told where it registered', () => {
  const driver = loadDriver((DriverObject, RegistryPath) => {
    const status = DriverEntry(DriverObject, RegistryPath);
    DriverObject.DriverUnload = () => undefined;
    return status;
  });
  driver.unload();
  expect(() => {
    driver.expectNoViolations();
  }).toThrow('[R3] DRIVER_UNLOAD: a WSK registration was not undone');
});
