/** Where in the driver's code a call of the runtime stands. */
import { fileURLToPath } from 'node:url';

const here = new URL('.', import.meta.url);
const folder = fileURLToPath(here);
const isOurs = (frame: string): boolean => (frame.includes(here.href) || frame.includes(folder)) && !frame.includes('.test.');

/** Frames that are looked at: routines that run on top of waiting ones lie deep in the stack. */
const MOST_FRAMES = 100;

/** Notes the stack as it is now; it is read only when the function returned is called. */
function captureFrames(): () => string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MOST_FRAMES;
  const error = new Error();
  const frames = (): string[] => (error.stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = limit;
  return frames;
}

const place = (frame: string): string =>
  frame
    .trim()
    .replace(/^at\s+/, '')
    .replace(/^.*\((.*)\)$/, '$1');

/** The innermost frame that is not the runtime's own, as `file:line:column`; empty when the stack does not tell. */
const siteIn = (frames: readonly string[]): string => place(frames.find((frame) => !isOurs(frame)) ?? '');

/** Tells where the driver is, when the stack cannot: its code was rewritten. */
let teller: (() => string) | undefined;

/** From now on call sites are what `tell` says; without it they are read from the stack again. */
export function tellCallSites(tell: (() => string) | undefined): void {
  teller = tell;
}

export const callSite = (): string => teller?.() ?? siteIn(captureFrames()());

/** The same, found out when it is asked for. */
export function captureSite(): () => string {
  if (teller !== undefined) {
    const site = teller();
    return () => site;
  }
  const frames = captureFrames();
  return () => siteIn(frames());
}

/** Where an error of the driver's own was thrown; empty when its stack does not tell. */
export const siteOfError = (error: Error): string => siteIn((error.stack ?? '').split('\n').filter((line) => /^\s*at /.test(line)));

/** The driver's frames from the routine that the system called to the call, as one text: equal texts, the same way to the same call. */
export function wayHere(): string {
  const frames = captureFrames()();
  const first = frames.findIndex((frame) => !isOurs(frame));
  const rest = frames.slice(first);
  const end = rest.findIndex(isOurs);
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}
