/** HTTP where there is no way out: every request fails with why, so that what needs no network does not. */
import { err } from '../../shared/result.ts';
import type { Http, HttpFailure } from './http.ts';

export function noWay(failure: HttpFailure): Http {
  const fail = async () => err(failure);
  return { get: fail, getStream: fail, post: fail, close: async () => {} };
}
