/** How far a publication got; what stands on the server is what the steps before left there. */
import { err, type Result } from '../../shared/result.ts';

export type PublishStep =
  | 'linting'
  | 'reading-repository'
  | 'cutting'
  | 'uploading'
  | 'signing'
  | 'rolling-out';

/** The failure with the step it happened at. */
export function at<T, E extends object>(
  step: PublishStep,
  result: Result<T, E>,
): Result<T, E & { step: PublishStep }> {
  return result.ok ? result : err({ ...result.failure, step });
}
