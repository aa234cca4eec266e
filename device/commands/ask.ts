/** The one question before something cannot be taken back: asked at a terminal, answered by --yes in scripts. */
import type { Context } from '../context.ts';
import type { UplinkCost } from '../router/uplink-cost.ts';

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

/** Asks about bytes that cost; null where nobody sits who could say. */
export function costQuestion(
  context: Pick<Context, 'askLine' | 'isInteractive'>,
): ((cost: UplinkCost, neededBytes: number) => Promise<boolean>) | null {
  if (!context.isInteractive) return null;
  return ({ because, device }, neededBytes) => {
    const way =
      because === 'roaming' ? `${device}, this very modem, which roams` : `${device}, which is metered`;
    return askOnce(context, `Fetch ${(neededBytes / 1e6).toFixed(1)} MB through ${way}?`);
  };
}
