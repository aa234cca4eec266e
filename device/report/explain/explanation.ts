/** How one failure is told to a person: what happened to what, and what to do. The state comes from the attempt. */
import type { ExitName } from '../../exit-code.ts';
import type { UpdateFailure } from '../../failure.ts';

export type Explanation = { readonly exit: ExitName; readonly what: string; readonly next: string };

export type FailureOf<R extends UpdateFailure['reason']> = Extract<UpdateFailure, { readonly reason: R }>;

/** One explainer for every reason; the compiler names the one that is missing. */
export type Explainers = { readonly [R in UpdateFailure['reason']]: (failure: FailureOf<R>) => Explanation };

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
