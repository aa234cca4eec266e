/** `GET /`: the box, and below it the answer to what was asked in it. */
import { parseModelId } from '../../../shared/model.ts';
import { answerCompatibility } from '../../compatibility/answer-compatibility.ts';
import { questionSchema } from '../../compatibility/question.ts';
import { checkShape } from '../../http/body.ts';
import { type AttemptCounts, countAttempts } from '../../store/attempt-counts.ts';
import { readModelRow } from '../../store/model-rows.ts';
import { ATTEMPTS_COUNTED_MAX } from '../limits.ts';
import { pageAnswer } from '../page.tsx';
import { type Asked, type LookUp, LookUpPage } from './look-up-page.tsx';

export async function getLookUp(db: D1Database, request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const asked: Asked = {
    installed: searchParams.get('installed') ?? '',
    wanted: searchParams.get('wanted') ?? '',
  };
  const lookUp = await answer(db, asked, searchParams.get('vendor'));
  const title =
    lookUp.kind === 'answered' ? `${lookUp.answer.installed}: ${lookUp.answer.verdict}` : 'Look up';
  const status = lookUp.kind === 'refused' ? 400 : 200;
  return pageAnswer({ title, place: '/', content: LookUpPage({ asked, lookUp }) }, { status });
}

async function answer(db: D1Database, asked: Asked, vendor: string | null): Promise<LookUp> {
  if (asked.installed.trim() === '' && asked.wanted.trim() === '') return { kind: 'nothing-asked' };
  const filled = Object.entries({ ...asked, vendor: vendor ?? '' }).filter(([, text]) => text.trim() !== '');
  const question = checkShape(Object.fromEntries(filled), questionSchema, 'invalid-request');
  if (!question.ok) return { kind: 'refused', errors: question.failure.errors ?? [] };
  const answer = await answerCompatibility(question.value, (model) => readModelRow(db, model));
  const isNewest = question.value.wanted === undefined;
  return { kind: 'answered', answer, isNewest, attempts: await attemptsAt(db, answer) };
}

/** `null` where no release is in question, or where it must not be installed anyway. */
async function attemptsAt(
  db: D1Database,
  {
    model,
    wanted,
    verdict,
  }: { readonly model: string | null; readonly wanted: string | null; readonly verdict: string },
): Promise<AttemptCounts | null> {
  const id = parseModelId(model ?? '');
  if (id === null || wanted === null || verdict === 'does not fit') return null;
  return countAttempts(db, { model: id, version: wanted, newest: ATTEMPTS_COUNTED_MAX });
}
