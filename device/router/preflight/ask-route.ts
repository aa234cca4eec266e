/** Asks the kernel, through whichever `ip` there is, which interface packets leave from. */
import type { Machine } from '../machine.ts';
import { routeOfIp, routeOfText } from './route.ts';

/** `from` is the address of this machine that they come from; null where there is no route, or no `ip`. */
export async function askRoute(
  { address, from }: { readonly address: string; readonly from: string | null },
  { run }: Pick<Machine, 'run'>,
): Promise<string | null> {
  const question = ['route', 'get', address, ...(from === null ? [] : ['from', from])];
  const asJson = await run(['ip', '-j', ...question]);
  const said = asJson.code === 0 ? routeOfIp(asJson.stdout) : null;
  if (said !== null) return said;
  const asText = await run(['ip', ...question]);
  return asText.code === 0 ? routeOfText(asText.stdout) : null;
}
