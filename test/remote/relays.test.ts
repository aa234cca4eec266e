/** A modem behind another machine: relays that come and go with it, followed from normal mode through EDL and back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemPorts } from '../../device/transport/local-ports.ts';
import { openDoor } from '../../device/transport/open-door.ts';
import { hasSocat } from '../../device/transport/serial/test-pty.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { SimulatedModem } from '../modem/modem.ts';
import { openTcpDoors } from '../modem/tcp-doors.ts';
import { aCommandScene } from '../support/a-command.ts';
import { freePort } from '../support/free-port.ts';
import { inProcessDoor } from '../support/in-process-door.ts';
import { newStage, next } from '../support/shelf-of-file.ts';
import { PATIENT_TIMINGS } from './patient-timings.ts';
import { openRawUsb } from './raw-usb.ts';

if (!hasSocat()) console.warn('SKIPPED: relays by socat (apt-get install socat)');

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function socat(...addresses: readonly [string, string]): ChildProcess {
  const child = spawn('socat', [...addresses], { stdio: 'ignore' });
  ends.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

/** A relay that serves one client, ends with it, and is started again after a while. */
function restarting(listen: string, target: string): void {
  let isOver = false;
  ends.push(() => {
    isOver = true;
  });
  const start = () => {
    if (!isOver) socat(listen, target).once('exit', () => setTimeout(start, 100));
  };
  start();
}

async function flashOver(locator: string, modem: SimulatedModem) {
  const scene = await aCommandScene({
    door: inProcessDoor(modem),
    context: { openDoor: (text) => openDoor(text, systemPorts), timings: PATIENT_TIMINGS },
  });
  ends.push(scene.end);
  return scene.cistern('flash', next, '--modem', locator, '--stage', await newStage(), '--yes');
}

const modemOf = (startIn?: 'edl') => {
  const modem = new SimulatedModem({
    firmware: DEMO_OLD_VERSION,
    timing: { rebootMs: 100, departureMs: 10 },
    ...(startIn === undefined ? {} : { startIn }),
  });
  ends.push(() => modem.close());
  return modem;
};

describe.skipIf(!hasSocat())('a modem behind another machine', { timeout: 60_000 }, () => {
  it('is followed through a usb2tcp relay that ends with every client and listens again a moment later', async () => {
    const modem = modemOf();
    const doors = await openTcpDoors(modem, { usb2tcp: 0, at: 0 });
    ends.push(doors.close);
    const [usb, at] = [await freePort(), await freePort()];
    restarting(`TCP-LISTEN:${usb},bind=127.0.0.1,reuseaddr`, `TCP:127.0.0.1:${doors.usb2tcpPort}`);
    restarting(`TCP-LISTEN:${at},bind=127.0.0.1,reuseaddr`, `TCP:127.0.0.1:${doors.atPort}`);
    const { code, stderr } = await flashOver(`tcp://127.0.0.1:${usb}?at=${at}`, modem);
    expect(code, stderr).toBe(0);
  });

  it('is flashed over ttys that socat serves as plain streams', async () => {
    const modem = modemOf();
    const directory = await mkdtemp(join(tmpdir(), 'cistern-ttys-'));
    ends.push(() => rm(directory, { recursive: true, force: true }));
    const [raw, doors] = [await openRawUsb(modem), await openTcpDoors(modem, { usb2tcp: 0, at: 0 })];
    ends.push(raw.close, doors.close);
    const [main, at] = [await freePort(), await freePort()];
    for (const [port, target] of [
      [main, raw.port],
      [at, doors.atPort],
    ])
      socat(`TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`, `TCP:127.0.0.1:${target}`);
    const { code, stderr } = await flashOver(`raw-tcp://127.0.0.1:${main}?at=${at}`, modem);
    expect(code, stderr).toBe(0);
  });
});
