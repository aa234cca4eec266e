/** `POST /v1/diagnosis`: the log of a flasher in, what it shows out. Nothing of it is stored or logged. */
import { diagnose } from '../../shared/diagnosis/diagnose.ts';
import { LOG_MAX_BYTES } from '../../shared/diagnosis/limits.ts';
import { jsonAnswer, NEVER, whenOk } from '../http/answer.ts';
import { readBody } from '../http/body.ts';
import { problemResponse, type Refusal } from '../http/problem.ts';

export async function postDiagnosis(request: Request): Promise<Response | null> {
  const notText = refuseUnlessText(request);
  if (notText !== null) return problemResponse(notText);
  return whenOk(await readBody(request, LOG_MAX_BYTES), (body) =>
    // What is not UTF-8 is read all the same: logs come out of terminals.
    jsonAnswer(diagnose(new TextDecoder().decode(body)), NEVER),
  );
}

/** A form or JSON is not a log; it is refused before it is read (RFC 9110 section 15.5.16). */
function refuseUnlessText(request: Request): Refusal | null {
  const type = request.headers.get('content-type') ?? '';
  if (/^text\/plain *(;|$)/i.test(type)) return null;
  const found = type === '' ? 'no Content-Type' : 'another type';
  return {
    reason: 'unsupported-media-type',
    detail: `This resource takes a log as text/plain, and ${found} came. Send it as: curl --data-binary @LOG -H 'content-type: text/plain'.`,
    headers: { accept: 'text/plain' },
  };
}
