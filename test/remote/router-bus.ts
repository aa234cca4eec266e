/** The bus and the ttys of the router of the tests, which follow its simulated modem. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ec25, inEdl as edl, type testSysfs } from '../../device/transport/bus/test-sysfs.ts';
import type { SimulatedModem } from '../modem/modem.ts';
import { SOCKET } from './router-files.ts';

/** The bus and the ttys of the router follow the modem's states. */
export async function plugAlong(
  modem: SimulatedModem,
  {
    root,
    sysfs,
    atPort,
    rawPort,
  }: {
    readonly root: string;
    readonly sysfs: Awaited<ReturnType<typeof testSysfs>>;
    readonly atPort: number;
    /** Null where a relay holds the bulk pair: only one can. */
    readonly rawPort: number | null;
  },
) {
  let ttys: ChildProcess[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let isOver = false;
  const tty = (name: string, port: number) => {
    const args = [`PTY,link=${join(root, 'dev', name)},rawer,ignoreeof`, `TCP:127.0.0.1:${port}`];
    ttys.push(spawn('socat', args, { stdio: 'ignore' }));
  };
  const follow = async () => {
    if (isOver) return;
    await sysfs.unplug(SOCKET);
    for (const child of ttys) child.kill('SIGTERM');
    ttys = [];
    const state = modem.state();
    if (state === 'normal') {
      await sysfs.plug(ec25(SOCKET));
      if (rawPort !== null) tty('ttyUSB0', rawPort);
      tty('ttyUSB2', atPort);
    } else if (state === 'edl-sahara' || state === 'edl-firehose') {
      await sysfs.plug(edl(SOCKET));
      if (rawPort !== null) tty('ttyUSB0', rawPort);
    }
  };
  let last = '';
  const kindOf = () => (modem.state().startsWith('edl') ? 'edl' : modem.state());
  const look = () => {
    // The programmer starts on the same visit to the bus.
    if (kindOf() === last) return;
    last = kindOf();
    turn = turn.then(follow);
  };
  modem.onStateChange(look);
  look();
  await turn;
  return {
    end: () => {
      isOver = true;
      for (const child of ttys) child.kill('SIGTERM');
    },
  };
}
