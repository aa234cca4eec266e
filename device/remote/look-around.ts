/** What a router has that we need, asked once after the login. */
import { err, ok, type Result } from '../../shared/result.ts';
import { PATH_LINE } from './guard-script.ts';
import type { RemoteFailure } from './remote-failure.ts';
import type { SshLink } from './ssh.ts';

export type RouterFinds = {
  /** A program that relays USB over TCP (QFirehose's `-p`), as words before its own; null where there is none. */
  readonly relay: readonly string[] | null;
  /** Whether the kernel offers a tty to a modem in EDL, so that EDL can be spoken without a relay. */
  readonly hasEdlTty: boolean;
  /** Addresses of the router itself, to tell a route through it. */
  readonly addresses: readonly string[];
};

/** RutOS carries QFirehose inside quectel_flash (field 0.2, 1a); OpenWrt had it as a package of its own (field 0.10). */
export const RELAYS: readonly (readonly string[])[] = [
  ['quectel_flash', 'qfirehose'],
  ['QFirehose'],
  ['qfirehose'],
];

const SCRIPT = `${PATH_LINE}
echo "uid $(id -u)"
for n in ${[...new Set(RELAYS.map(([program]) => program))].join(' ')} stty socat; do
  command -v "$n" >/dev/null && echo "has $n"
done
[ -d /sys/bus/usb/drivers/qcserial ] && echo "has qcserial"
set -- $SSH_CONNECTION
echo "at $3"
ip -o addr 2>/dev/null | sed -n 's/.* inet6* \\([0-9a-f.:]*\\)\\/.*/at \\1/p'
echo end`;

export async function lookAround(link: SshLink): Promise<Result<RouterFinds, RemoteFailure>> {
  const { destination } = link;
  const { stdout, stderr } = await link.run(SCRIPT);
  const lines = stdout.split('\n');
  if (!lines.includes('end'))
    return err({ reason: 'router-link-broken', destination, said: stderr.trim().slice(0, 300) });
  if (!lines.includes('uid 0')) return err({ reason: 'router-not-root', destination });
  const has = (name: string) => lines.includes(`has ${name}`);
  if (!['stty', 'socat'].some(has)) return err({ reason: 'router-lacks-tty-tool', destination });
  return ok({
    relay: RELAYS.find(([program = '']) => has(program)) ?? null,
    hasEdlTty: has('qcserial'),
    addresses: lines.flatMap((line) => /^at ([0-9a-f.:]+)$/.exec(line)?.[1] ?? []),
  });
}
