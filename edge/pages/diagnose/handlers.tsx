/** `/diagnose`: a form by GET, what the log in it shows by POST. Nothing of a log is stored. */
import { diagnose } from '../../../shared/diagnosis/diagnose.ts';
import { problemResponse } from '../../http/problem.ts';
import { pageAnswer } from '../page.tsx';
import { DiagnosePage } from './diagnose-page.tsx';
import { readLogForm } from './read-log-form.ts';

export function getDiagnose(): Response {
  return page(<DiagnosePage diagnosis={null} isEmpty={false} />, 200);
}

export async function postDiagnose(request: Request): Promise<Response> {
  const log = await readLogForm(request);
  if (!log.ok) return problemResponse(log.failure);
  if (log.value.trim() === '') return page(<DiagnosePage diagnosis={null} isEmpty={true} />, 400);
  return page(<DiagnosePage diagnosis={diagnose(log.value)} isEmpty={false} />, 200);
}

function page(content: ReturnType<typeof DiagnosePage>, status: number): Response {
  return pageAnswer({ title: 'Diagnose', place: '/diagnose', content }, { status });
}
