/** A broken invariant of ours: it fails our tests, and in an editor it costs one function, never the file. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

export function bug(what: string): never {
  throw new EngineError(what);
}
