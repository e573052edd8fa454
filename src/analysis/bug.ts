/** A broken invariant of ours: it fails our tests, and in an editor it costs one function, never the file. */
class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** A function takes more work than it is worth: nothing more is found in it. */
export class OutOfFuel extends Error {
  override readonly name = 'OutOfFuel';
}

export function bug(what: string): never {
  throw new EngineError(what);
}
