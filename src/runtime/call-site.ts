/** Where in the driver's code a call of the runtime stands. */
const here = new URL('.', import.meta.url);
const isOurs = (frame: string): boolean => (frame.includes(here.href) || frame.includes(here.pathname)) && !frame.includes('.test.');

/** The innermost stack frame that is not the runtime's own, as `file:line:column`; empty when the stack does not tell. */
export function callSite(): string {
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  const driver = frames.find((frame) => !isOurs(frame));
  return (
    driver
      ?.trim()
      .replace(/^at\s+/, '')
      .replace(/^.*\((.*)\)$/, '$1') ?? ''
  );
}
