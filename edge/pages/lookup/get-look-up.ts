/** `GET /`: the box, and the answer to what was asked in it. */
import { parseModelId } from '../../../shared/model.ts';
import type { Answer } from '../../compatibility/answer.ts';
import { answerCompatibility } from '../../compatibility/answer-compatibility.ts';
import { questionSchema } from '../../compatibility/question.ts';
import { checkShape } from '../../http/body.ts';
import { readModelRow } from '../../store/model-rows.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { pageAnswer } from '../page.tsx';
import { healthOfRelease } from '../parts/health-of-release.ts';
import { rolloutInForce } from '../parts/rollout-in-force.ts';
import { type Asked, type LookUp, LookUpPage, type ReleaseNow } from './look-up-page.tsx';

type Stores = { readonly db: D1Database; readonly bucket: ObjectStore };

export async function getLookUp(stores: Stores, request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const asked: Asked = {
    installed: searchParams.get('installed') ?? '',
    wanted: searchParams.get('wanted') ?? '',
  };
  const lookUp = await lookUpWhatWasAsked(stores, asked, searchParams.get('vendor') ?? '');
  const title =
    lookUp.kind === 'answered' ? `${lookUp.answer.installed}: ${lookUp.answer.verdict}` : 'Look up';
  const status = lookUp.kind === 'refused' ? 400 : 200;
  return pageAnswer({ title, place: '/', content: LookUpPage({ asked, lookUp }) }, { status });
}

async function lookUpWhatWasAsked(stores: Stores, asked: Asked, vendor: string): Promise<LookUp> {
  if (asked.installed.trim() === '' && asked.wanted.trim() === '') return { kind: 'nothing-asked' };
  const filled = Object.entries({ ...asked, vendor }).filter(([, text]) => text.trim() !== '');
  const question = checkShape(Object.fromEntries(filled), questionSchema, 'invalid-request');
  if (!question.ok) return { kind: 'refused', errors: question.failure.errors ?? [] };
  const answer = await answerCompatibility(question.value, (model) => readModelRow(stores.db, model));
  const isNewest = question.value.wanted === undefined;
  return { kind: 'answered', answer, isNewest, release: await releaseNow(stores, answer) };
}

/** `null` where no published release is in question, or where it must not be installed anyway. */
async function releaseNow({ db, bucket }: Stores, answer: Answer): Promise<ReleaseNow | null> {
  const { wanted, verdict, reasons } = answer;
  const model = parseModelId(answer.model ?? '');
  const isPublished = !reasons.some(({ code }) => code === 'release-not-published');
  if (model === null || wanted === null || !isPublished || verdict === 'does not fit') return null;
  const inForce = await rolloutInForce(bucket, model);
  if (inForce === null) return null;
  return {
    health: await healthOfRelease(db, model, wanted),
    stopped: inForce.rollout.releases.find(({ version, state }) => version === wanted && state !== 'running'),
  };
}
