/** The log in a form that was sent: pasted, or as a file. Read up to the bound of a log, and kept nowhere. */
import { LOG_MAX_BYTES } from '../../../shared/diagnosis/limits.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { readBody } from '../../http/body.ts';
import type { Refusal } from '../../http/problem.ts';
import { FORM_OVERHEAD_BYTES } from '../limits.ts';

/** A file counts before what was pasted; an empty text where neither was given. */
export async function readLogForm(request: Request): Promise<Result<string, Refusal>> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data *;/i.test(type)) return err(notAForm);
  // A log may be sent twice in one form, pasted and as a file.
  const body = await readBody(request, 2 * LOG_MAX_BYTES + FORM_OVERHEAD_BYTES);
  if (!body.ok) return err(tooLong);
  let form: FormData;
  try {
    form = await new Response(body.value, { headers: { 'content-type': type } }).formData();
  } catch {
    return err(notAForm);
  }
  const file = form.get('file');
  const pasted = form.get('log');
  if (file !== null && typeof file !== 'string' && file.size > 0) {
    // What is not UTF-8 is read all the same: logs come out of terminals.
    return file.size > LOG_MAX_BYTES ? err(tooLong) : ok(new TextDecoder().decode(await file.arrayBuffer()));
  }
  const log = typeof pasted === 'string' ? pasted : '';
  return log.length > LOG_MAX_BYTES ? err(tooLong) : ok(log);
}

const notAForm: Refusal = {
  reason: 'unsupported-media-type',
  detail: 'This page takes its own form. Programs send a log as text/plain to /v1/diagnosis.',
  headers: { accept: 'multipart/form-data' },
};

const tooLong: Refusal = {
  reason: 'body-too-large',
  detail: `A log may have ${LOG_MAX_BYTES / 1024} KiB at most; nothing was stored. Send its end: the last run of the flasher decides.`,
};
