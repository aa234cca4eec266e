/**
 * Expected failures are values. A bug throws; everything a peer, a file or a user can cause comes back as
 * `{ ok: false, failure }` with a failure from a closed union discriminated by `reason`.
 */
export type Ok<T> = { readonly ok: true; readonly value: T };
export type Err<E> = { readonly ok: false; readonly failure: E };
export type Result<T, E> = Ok<T> | Err<E>;

export function ok(): Ok<void>;
export function ok<T>(value: T): Ok<T>;
export function ok<T>(value?: T): Ok<T | undefined> {
  return { ok: true, value };
}

export function err<const E>(failure: E): Err<E> {
  return { ok: false, failure };
}

/** Closes an exhaustive `switch`: the compiler refuses it while a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
