/** A project of driver files that use each other's helpers. */
import { Random } from './random.js';
import type { Generated } from './modules.js';

function driver(number: number, random: Random): string {
  // Helpers come from files before this one, most of them from near by.
  const from = [...new Set(Array.from({ length: Math.min(3, number) }, () => Math.max(0, number - 1 - random.int(20))))];
  const helpers = from.map((other) => `import { Close${other}, IsOpen${other}, Open${other}, Use${other} } from './driver-${other}.js';`);
  const useHelpers = from.map(
    (other) => `
export function Borrow${number}From${other}(what: number): NTSTATUS {
  const block = new WSK_REGISTRATION();
  const status = Open${other}(block);
  if (!NT_SUCCESS(status)) return status;
  const used = Use${other}(block, what);
  if (!IsOpen${other}(used)) {
    Close${other}(block);
    return used;
  }
  Close${other}(block);
  return STATUS_SUCCESS;
}
`,
  );
  const retries = 1 + random.int(4);
  return `import {
  NT_SUCCESS, NULL, STATUS_SUCCESS, WSK_NO_WAIT, WSK_PROVIDER_NPI, WSK_REGISTRATION,
  WskCaptureProviderNPI, WskDeregister, WskRegister, WskReleaseProviderNPI,
  type DRIVER_INITIALIZE, type DRIVER_UNLOAD, type NTSTATUS, type WSK_CLIENT_DISPATCH, type WSK_CLIENT_NPI,
} from 'eslint-plugin-driver-contracts/runtime';
${helpers.join('\n')}

const Dispatch: WSK_CLIENT_DISPATCH = { Version: ${256 + random.int(4)}, Reserved: 0, WskClientEvent: null };
const Client: WSK_CLIENT_NPI = { ClientContext: NULL, Dispatch };
const Registration = new WSK_REGISTRATION();
let Uses = 0;

export function Open${number}(block: WSK_REGISTRATION): NTSTATUS {
  return WskRegister(Client, block);
}

export function Close${number}(block: WSK_REGISTRATION): void {
  WskDeregister(block);
}

export function IsOpen${number}(status: NTSTATUS): boolean {
  return NT_SUCCESS(status);
}

export function Use${number}(block: WSK_REGISTRATION, what: number): NTSTATUS {
  const npi = new WSK_PROVIDER_NPI();
  let status = STATUS_SUCCESS;
  for (let attempt = 0; attempt < ${retries}; attempt++) {
    status = WskCaptureProviderNPI(block, WSK_NO_WAIT, npi);
    if (!NT_SUCCESS(status)) continue;
    try {
      Uses += what;
      console.debug(npi.Client, Uses);
    } catch {
      break;
    } finally {
      WskReleaseProviderNPI(block);
    }
    break;
  }
  return status;
}
${useHelpers.join('')}
const Unload: DRIVER_UNLOAD = () => {
  console.info('uses', Uses);
  Close${number}(Registration);
};

export const DriverEntry${number}: DRIVER_INITIALIZE = (DriverObject) => {
  const status = Open${number}(Registration);
  if (!IsOpen${number}(status)) return status;
${from.map((other) => `  if (!NT_SUCCESS(Borrow${number}From${other}(${random.int(100)}))) console.warn('driver-${other}');\n`).join('')}  DriverObject.DriverUnload = Unload;
  return STATUS_SUCCESS;
};
`;
}

export function driverProject(count: number): Generated[] {
  const random = new Random(0xd21e5);
  return Array.from({ length: count }, (_, number) => ({ name: `driver-${number}.ts`, text: driver(number, random) }));
}
