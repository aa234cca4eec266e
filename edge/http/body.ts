/** Request bodies, bounded while they are read: Content-Length is a claim, not a bound. */
import type * as z from 'zod';
import { concatBytes, fromUtf8 } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { PROBLEM_ERRORS_MAX } from '../limits.ts';
import type { Refusal } from './problem.ts';

export async function readBody(
  request: Pick<Request, 'headers' | 'body'>,
  maxBytes: number,
): Promise<Result<Uint8Array<ArrayBuffer>, Refusal>> {
  const tooLarge: Refusal = {
    reason: 'body-too-large',
    detail: `This resource takes ${maxBytes} bytes at most; nothing was stored. Send less at a time.`,
  };
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return err(tooLarge);
  if (request.body === null) return ok(new Uint8Array(0));
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return ok(concatBytes(parts));
    sizeBytes += value.length;
    if (sizeBytes > maxBytes) {
      await reader.cancel();
      return err(tooLarge);
    }
    parts.push(value);
  }
}

/** A JSON body of one shape. */
export async function readJson<T>(
  request: Request,
  schema: z.ZodType<T>,
  maxBytes: number,
): Promise<Result<T, Refusal>> {
  const refused = refuseUnlessJson(request);
  if (refused !== null) return err(refused);
  const body = await readBody(request, maxBytes);
  return body.ok ? parseJson(body.value, schema) : body;
}

/** A body that is not declared as JSON is refused before it is read (RFC 9110 section 15.5.16). */
export function refuseUnlessJson(request: Request): Refusal | null {
  const type = request.headers.get('content-type') ?? '';
  if (/^application\/json *(;|$)/i.test(type)) return null;
  const found = type === '' ? 'no Content-Type' : 'another type';
  return {
    reason: 'unsupported-media-type',
    detail: `This resource takes application/json, and ${found} came. Send it again as application/json.`,
    // RFC 9110 section 15.5.16: a 415 may say what would have been taken.
    headers: { accept: 'application/json' },
  };
}

export function parseJson<T>(bytes: Uint8Array, schema: z.ZodType<T>): Result<T, Refusal> {
  const text = fromUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return err({
      reason: 'invalid-request',
      detail: 'The body is not JSON in UTF-8; nothing was stored. Send it as JSON.',
    });
  }
  return checkShape(value, schema, 'body-invalid');
}

/** `value` as the schema's type, or where it deviates. */
export function checkShape<T>(
  value: unknown,
  schema: z.ZodType<T>,
  reason: 'body-invalid' | 'invalid-request',
): Result<T, Refusal> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const errors = parsed.error.issues.slice(0, PROBLEM_ERRORS_MAX).map((issue) => ({
    pointer: issue.path.map((part) => `/${String(part).slice(0, 100)}`).join(''),
    detail: issue.message.slice(0, 200),
  }));
  const first = errors[0];
  return err({ reason, detail: `${first?.pointer || 'It'}: ${first?.detail ?? 'not acceptable'}`, errors });
}
