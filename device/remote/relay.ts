/** The USB relay on the router (QFirehose's `-p`, field 0.6), kept running by the watchman, reached through SSH. */
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Guard } from './guard.ts';
import { GUARD_DIRECTORY } from './guard-script.ts';
import { RELAY_START_TIMEOUT_S, SCRIPT_TIMEOUT_MS } from './limits.ts';
import { quote } from './quote.ts';
import type { RemoteFailure } from './remote-failure.ts';
import type { SshLink } from './ssh.ts';

/** The port that QFirehose's `-p` knows (field 0.6). It listens there for the whole LAN; we go through loopback. */
export const RELAY_PORT = 9008;

/** Whether somebody listens, from the kernel's own table: state 0A, port in hex (proc(5)). */
const LISTENS = `grep -qi ':${RELAY_PORT.toString(16)} [0-9a-f:]* 0A ' /proc/net/tcp /proc/net/tcp6 2>/dev/null`;

/** It is told where the modem stands now: in EDL a USB 3 module is in another path of its socket (edl 1a). */
const RELAY_SCRIPT =
  'c=$1; shift; for p; do [ ! -d "/sys/bus/usb/devices/$p" ] || eval "exec $c -s /sys/bus/usb/devices/$p"; done; sleep 1';

/** A socket file here that leads to the relay for the modem in that socket of the router, whichever of its paths it stands in. */
export async function startRelay(
  relay: readonly string[],
  usbPaths: readonly string[],
  { link, guard }: { readonly link: SshLink; readonly guard: Guard },
): Promise<Result<string, RemoteFailure>> {
  const { destination } = link;
  if ((await link.run(LISTENS)).code === 0)
    return err({ reason: 'relay-port-held', destination, port: RELAY_PORT });
  guard.keepRelay(['sh', '-c', RELAY_SCRIPT, 'sh', quote([...relay, '-p', String(RELAY_PORT)]), ...usbPaths]);
  const waiting = `i=0; until ${LISTENS}; do
  i=$((i + 1)); [ "$i" -le ${RELAY_START_TIMEOUT_S} ] || { tail -n 3 ${GUARD_DIRECTORY}/relay.log; exit 1; }
  sleep 1
done`;
  const started = await link.run(waiting, { timeoutMs: RELAY_START_TIMEOUT_S * 1000 + SCRIPT_TIMEOUT_MS });
  if (started.code !== 0)
    return err({ reason: 'relay-not-started', destination, said: saidOf(started.stdout, started.stderr) });
  const socketPath = join(link.directory, 'r');
  const refused = await link.forward(socketPath, RELAY_PORT);
  return refused === null ? ok(socketPath) : err({ reason: 'relay-not-started', destination, said: refused });
}

function saidOf(stdout: string, stderr: string): string {
  return (
    `${stdout}\n${stderr}`
      .trim()
      .replaceAll(/\s*\n\s*/g, '; ')
      .slice(0, 300) || 'it said nothing'
  );
}
