/** A form of the fleet's pages: from our own pages, small, each field once. */
import { fromUtf8 } from '../../../shared/bytes.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { readBody } from '../../http/body.ts';
import type { Refusal } from '../../http/problem.ts';
import { FLEET_FORM_MAX_BYTES } from '../limits.ts';
import { isFromOurPages } from './operator-session.ts';

export type Form = Readonly<Record<string, string>>;

export async function readForm(request: Request): Promise<Result<Form, Refusal>> {
  if (!isFromOurPages(request)) return err(fromElsewhere);
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(type)) return err(notAForm);
  const body = await readBody(request, FLEET_FORM_MAX_BYTES);
  if (!body.ok) return body;
  return ok(Object.fromEntries(new URLSearchParams(fromUtf8(body.value) ?? '')));
}

const fromElsewhere: Refusal = {
  reason: 'invalid-request',
  detail:
    'The form did not come from a page of this site, so nothing was done. Open the page here and send it again.',
};

const notAForm: Refusal = {
  reason: 'unsupported-media-type',
  detail: 'This page takes its own form. Programs use /v1/operator.',
  headers: { accept: 'application/x-www-form-urlencoded' },
};
