/** The one question before something cannot be taken back: asked at a terminal, answered by --yes in scripts. */
import type { Context } from '../context.ts';

export const yesFlag = {
  kind: 'boolean',
  default: false,
  withNegated: false,
  brief: 'Do not ask: for scripts',
} as const;

/** True for y and yes; anything else, and no answer, is no. */
export async function askOnce(context: Pick<Context, 'askLine'>, question: string): Promise<boolean> {
  const answer = await context.askLine(`${question} [y/N] `);
  return answer !== null && /^y(es)?$/i.test(answer.trim());
}
