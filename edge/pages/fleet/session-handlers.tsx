/** Signing in with a token, and out. */

import type { Context } from 'hono';
import type { Rates } from '../../bindings.ts';
import { problemResponse } from '../../http/problem.ts';
import { answerRefused } from '../../http/rate-limit.ts';
import { TOKEN_MAX_CHARS } from '../../limits.ts';
import { type Authority, identifyCaller } from '../../operator/authorize.ts';
import { pageAnswer } from '../page.tsx';
import { endedSessionCookie, isCookieValue, sessionCookie } from './operator-session.ts';
import { readForm } from './read-form.ts';
import { SignInPage } from './sign-in-page.tsx';

export type Door = Authority & { readonly rates: Pick<Rates, 'refusals' | 'questions'> };

/** RFC 9110 section 15.5.2: a 401 says how to authenticate; browsers do nothing about this one. */
export const CHALLENGE = 'Bearer realm="cistern operator"';

export function signInPage({ isWrong }: { readonly isWrong: boolean }): Response {
  const content = <SignInPage isWrong={isWrong} />;
  const headers = { 'www-authenticate': CHALLENGE };
  return pageAnswer({ title: 'Sign in', place: '/fleet', content }, { status: 401, headers });
}

/** Only failures are counted against guessing, as for the API. */
export async function signIn(request: Request, door: Door, context: Context): Promise<Response> {
  const form = await readForm(request);
  if (!form.ok) return problemResponse(form.failure);
  const token = (form.value.token ?? '').trim();
  const isReadable = token.length <= TOKEN_MAX_CHARS && isCookieValue(token);
  const headers = { authorization: `Bearer ${token}` };
  const caller = isReadable ? await identifyCaller(new Request(request.url, { headers }), door) : null;
  if (caller === null) {
    return answerRefused(door.rates.refusals, request, () => signInPage({ isWrong: true }));
  }
  context.set('actor', caller.actor);
  return redirect('/fleet', sessionCookie(token));
}

export async function signOut(request: Request): Promise<Response> {
  const form = await readForm(request);
  return form.ok ? redirect('/fleet', endedSessionCookie) : problemResponse(form.failure);
}

/** 303, so that going back or loading anew sends no form again. */
export function redirect(location: string, cookie?: string): Response {
  const headers = {
    location,
    'cache-control': 'no-store',
    ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
  };
  return new Response(null, { status: 303, headers });
}
