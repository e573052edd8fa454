/**
 * Which structures live inside which pool allocation. A driver's class that is allocated from the pool makes its
 * structures in its field initialisers; they are part of the allocation and are freed with it. A structure that a field
 * is made to point to later is not.
 */
let current: object[] | undefined;

/** Called by the constructor of every structure; does nothing unless a pool allocation is being built. */
export function embedInCurrentAllocation(structure: object): void {
  current?.push(structure);
}

/** Builds an object and lists the structures that were made inside it. A constructor that throws leaves no trace. */
export function buildAllocation<T>(type: new () => T): { built: T; embedded: readonly object[] } {
  const outer = current;
  const embedded: object[] = [];
  current = embedded;
  try {
    return { built: new type(), embedded };
  } finally {
    current = outer;
  }
}
