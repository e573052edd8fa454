/**
 * NTSTATUS values and the macros that read them: kernel guide, "Using NTSTATUS Values". Callable at any IRQL.
 * The constants have the type `NTSTATUS`, not literal types, so that a status variable can be reassigned and compared freely.
 */

/** A signed 32-bit number whose two top bits are the severity; failures are negative. */
export type NTSTATUS = number;

export const STATUS_SUCCESS: NTSTATUS = 0;
export const STATUS_TIMEOUT: NTSTATUS = 0x102;
export const STATUS_PENDING: NTSTATUS = 0x103;
export const STATUS_UNSUCCESSFUL: NTSTATUS = 0xc0000001 | 0;
export const STATUS_NOT_IMPLEMENTED: NTSTATUS = 0xc0000002 | 0;
export const STATUS_INVALID_PARAMETER: NTSTATUS = 0xc000000d | 0;
export const STATUS_INSUFFICIENT_RESOURCES: NTSTATUS = 0xc000009a | 0;
export const STATUS_DEVICE_NOT_READY: NTSTATUS = 0xc00000a3 | 0;
export const STATUS_NOT_SUPPORTED: NTSTATUS = 0xc00000bb | 0;
export const STATUS_CANCELLED: NTSTATUS = 0xc0000120 | 0;
export const STATUS_INVALID_DEVICE_STATE: NTSTATUS = 0xc0000184 | 0;
export const STATUS_NOINTERFACE: NTSTATUS = 0xc00002b9 | 0;

/** 0 success, 1 informational, 2 warning, 3 error. */
const severity = (Status: NTSTATUS): number => Status >>> 30;

/** True for success and informational values, so also for STATUS_PENDING and STATUS_TIMEOUT. */
export function NT_SUCCESS(Status: NTSTATUS): boolean {
  return (Status | 0) >= 0;
}

/** True for informational values (0x40000000 to 0x7fffffff) alone: they count as success too. */
export function NT_INFORMATION(Status: NTSTATUS): boolean {
  return severity(Status) === 1;
}

/** True for warnings (0x80000000 to 0xbfffffff) alone: `NT_SUCCESS` is false for them. */
export function NT_WARNING(Status: NTSTATUS): boolean {
  return severity(Status) === 2;
}

/** True for errors (0xc0000000 and above) alone. */
export function NT_ERROR(Status: NTSTATUS): boolean {
  return severity(Status) === 3;
}
