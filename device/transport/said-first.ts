import { ok } from '../../shared/result.ts';
import type { Pipe } from './pipe.ts';

/** The pipe, with what was read off it already still to be read. */
export function saidFirst(word: Uint8Array<ArrayBuffer>, pipe: Pipe): Pipe {
  let rest = word;
  return {
    ...pipe,
    transferIn: async (maxBytes, options) => {
      if (rest.length === 0) return pipe.transferIn(maxBytes, options);
      const part = rest.subarray(0, maxBytes);
      rest = rest.subarray(part.length);
      return ok(part);
    },
  };
}
