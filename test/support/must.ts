/** For what has to be so before a test or a bench can begin. */
import type { Result } from '../../shared/result.ts';

export function must<T>(result: Result<T, unknown>): T {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.failure));
}
