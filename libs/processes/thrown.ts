/** A function of a process, a stream or a decider threw: not the stores, which may be tried again. */
export class Thrown extends Error {
  override readonly name = 'Thrown';
}

/** Calls a function that does no I/O. @throws Thrown with what it threw as the cause */
export function pure<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new Thrown(String(cause), { cause });
  }
}
