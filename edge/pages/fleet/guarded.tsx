/** A page for operators who may read, counted and logged as theirs; everybody else is asked for a token. */
import type { Context } from 'hono';
import { problemResponse, type Refusal } from '../../http/problem.ts';
import { answerCounted, answerRefused, clientKeyOf } from '../../http/rate-limit.ts';
import type { Handler, PathParameters } from '../../http/resource.ts';
import type { Caller, Scope } from '../../operator/caller.ts';
import { prefersHtml } from '../problems/prefers-html.ts';
import { operatorOf } from './fleet-api.ts';
import { credentialsOf } from './operator-session.ts';
import { CHALLENGE, type Door, signInPage } from './session-handlers.tsx';

export type Visit = {
  readonly request: Request;
  readonly param: PathParameters;
  readonly context: Context;
  readonly operator: Caller;
};

export function guarded(
  door: Door,
  scope: Scope,
  handle: (visit: Visit) => Promise<Response | null>,
): Handler {
  return async function handleOperator(request, param, context) {
    const operator = await operatorOf(request, door);
    if (operator === null) return refuseStranger(request, door);
    context.set('actor', operator.actor);
    const counted = { limiter: door.rates.questions, policy: 'questions', key: operator.actor } as const;
    return answerCounted(counted, () => {
      if (!operator.scopes.has(scope)) return problemResponse(lacks(scope));
      return handle({ request, param, context, operator });
    });
  };
}

/** Who comes without credentials is shown the door; wrong ones are counted, because somebody may be guessing. */
function refuseStranger(request: Request, { rates }: Door): Promise<Response> {
  const isWrong = Object.keys(credentialsOf(request)).length > 0;
  const refuse = () =>
    prefersHtml(request.headers.get('accept')) ? signInPage({ isWrong }) : problemResponse(stranger);
  if (isWrong) return answerRefused(rates.refusals, request, refuse);
  const counted = { limiter: rates.questions, policy: 'questions', key: clientKeyOf(request) } as const;
  return answerCounted(counted, refuse);
}

const stranger: Refusal = {
  reason: 'unauthorized',
  detail: 'Send `Authorization: Bearer <operator token>`, or sign in at /fleet.',
  headers: { 'www-authenticate': CHALLENGE },
};

function lacks(scope: Scope): Refusal {
  const detail = `This token lacks the scope ${scope}, so nothing was shown or changed. Sign out and use one that has it.`;
  return { reason: 'forbidden', detail };
}
