/** JSON answers, and the wire form of results. */
import type * as z from 'zod';
import { utf8 } from '../../shared/bytes.ts';
import type { Result } from '../../shared/result.ts';
import { checkShape } from './body.ts';
import { problemResponse, type Refusal } from './problem.ts';

/** For answers that may be a minute old. */
export const SHORT = 'public, max-age=60';
export const NEVER = 'no-store';

/** `null` stays null: nothing is here. The length is said, because HEAD has no body to tell it. */
export function jsonAnswer(value: object | null, cacheControl: string, status = 200): Response | null {
  if (value === null) return null;
  const body = utf8(JSON.stringify(value));
  const headers = {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'cache-control': cacheControl,
  };
  return new Response(body, { status, headers });
}

/** Goes on with the value, or answers with the problem. */
export async function whenOk<T>(
  result: Result<T, Refusal>,
  then: (value: T) => Response | null | Promise<Response | null>,
): Promise<Response | null> {
  return result.ok ? then(result.value) : problemResponse(result.failure);
}

/** The query as the schema's type. A parameter given twice is refused: which one counts would be a guess. */
export function readQuery<T>(url: string, schema: z.ZodType<T>): Result<T, Refusal> {
  const { searchParams } = new URL(url);
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name);
    query[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return checkShape(query, schema, 'invalid-request');
}
