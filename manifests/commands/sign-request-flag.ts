/** `--sign-request FILE`: metadata whose keys are elsewhere is written to a file in place of being published. */
import { writeFile } from 'node:fs/promises';
import { err, ok, type Result } from '../../shared/result.ts';
import { signingRequestText, type TargetsRequest } from '../signing/request.ts';
import { textArgument } from './parsers.ts';

export const signRequestFlag = {
  kind: 'parsed',
  parse: textArgument,
  brief: 'Where the targets keys are elsewhere: write what they must sign to this file',
  placeholder: 'file',
  optional: true,
} as const;

/** Never over a file that is there: it may carry signatures. */
export async function writeSigningRequest(
  path: string,
  request: TargetsRequest,
): Promise<
  Result<void, { readonly reason: 'file-unwritable'; readonly path: string; readonly why: string }>
> {
  try {
    await writeFile(path, signingRequestText(request), { flag: 'wx', flush: true });
    return ok();
  } catch (error) {
    return err({ reason: 'file-unwritable', path, why: (error as Error).message });
  }
}
