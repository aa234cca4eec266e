/** What a scenario can do inside the guest. */
import { type ChildProcess, spawn } from 'node:child_process';
import { access, readdir, readFile, readlink } from 'node:fs/promises';
import net from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Setting } from '../scenario.ts';

export const HOST_ADDRESS = '10.0.2.2';
/** For a busy machine: alone they take a fifth of it, and with ten processes a core a minute was too short a wait. */
const COMMAND_TIMEOUT_MS = 240_000;
const AWAIT_TIMEOUT_MS = 180_000;
const LOOK_INTERVAL_MS = 50;
const USB_DEVICES = '/sys/bus/usb/devices';

export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type CommandOptions = {
  readonly timeoutMs?: number;
  readonly onLine?: (line: string) => void;
  /** The program while it runs: to be watched, to be stopped for a while and let on. */
  readonly onStart?: (running: RunningProgram) => void;
};

export type RunningProgram = {
  readonly pid: number;
  readonly signal: (name: 'SIGSTOP' | 'SIGCONT') => void;
};

export type Guest = {
  readonly setting: Setting;
  /** Becomes part of the scenario's log. */
  readonly say: (text: string) => void;
  readonly run: (program: string, args: readonly string[], options?: CommandOptions) => Promise<Finished>;
  /** As `run`, but an exit code other than 0 throws; answers stdout. */
  readonly must: (program: string, args: readonly string[], options?: CommandOptions) => Promise<string>;
  /** The updater, as it is shipped: one file. */
  readonly cistern: (args: readonly string[], options?: CommandOptions) => Promise<Finished>;
  /** `update` against the repository of the setting, `--json`. */
  readonly update: (modem: string, options?: CommandOptions) => Promise<Finished>;
  /** The flags that name the repository of the setting, which can be reached from now on. */
  readonly fromRepository: () => Promise<readonly string[]>;
  /** Hands a figure to the scenario's report on the host. */
  readonly report: (figures: object) => void;
  /** Keeps attaching whatever the simulated modem exports under these bus ids, as a person who plugs it in. */
  readonly plugIn: (...busIds: readonly string[]) => void;
  /** One line for the standard input of the modem process on the host. */
  readonly tellModem: (line: string) => void;
  /** This machine is off a moment later; what was not written to its disk is lost. */
  readonly cutPower: () => Promise<never>;
  /** Looks until it is so; throws with `what` when the time is over. */
  readonly await: <T>(what: string, look: () => Promise<T | null>, timeoutMs?: number) => Promise<T>;
  /** Ends what was started for the scenario. */
  readonly end: () => void;
};

export function openGuest(setting: Setting): Guest {
  const ends: (() => void)[] = [];
  let isForwarded = false;
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  const guest: Guest = {
    setting,
    say,
    run: (program, args, options) => runProgram(program, args, say, options),
    must: async (program, args, options) => {
      const finished = await guest.run(program, args, options);
      if (finished.code === 0) return finished.stdout;
      throw new Error(`${program} ${args.join(' ')} ended with ${finished.code}`);
    },
    cistern: (args, options) => guest.run(process.execPath, ['dist/cistern.mjs', ...args], options),
    update: async (modem, options) => {
      const from = await guest.fromRepository();
      return guest.cistern(['update', '--modem', modem, ...from, '--state', '/tmp/state', '--json'], options);
    },
    fromRepository: async () => {
      const { port, rootFile } = repositoryOf(setting);
      if (!isForwarded) ends.push(await forwardToHost(port));
      isForwarded = true;
      return ['--repository', `http://127.0.0.1:${port}`, '--root', rootFile];
    },
    report: (figures) => say(`@report ${JSON.stringify(figures)}`),
    plugIn: (...busIds) => ends.push(startAttachAgent(setting, busIds)),
    tellModem: (line) => say(`@modem ${line}`),
    cutPower: async () => {
      say('@power cut');
      await delay(AWAIT_TIMEOUT_MS);
      throw new Error('the power was not cut');
    },
    await: async (what, look, timeoutMs = AWAIT_TIMEOUT_MS) => {
      const endMs = performance.now() + timeoutMs;
      for (;;) {
        const seen = await look();
        if (seen !== null) return seen;
        if (performance.now() > endMs) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
        await delay(LOOK_INTERVAL_MS);
      }
    },
    end: () => {
      for (const end of ends) end();
    },
  };
  return guest;
}

function repositoryOf({ repository }: Setting): NonNullable<Setting['repository']> {
  if (repository === null) throw new Error('the scenario has no repository');
  return repository;
}

function runProgram(
  program: string,
  args: readonly string[],
  say: (text: string) => void,
  { timeoutMs = COMMAND_TIMEOUT_MS, onLine, onStart }: CommandOptions = {},
): Promise<Finished> {
  say(`$ ${[basename(program), ...args].join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    onStart?.({ pid: child.pid ?? 0, signal: (name) => void child.kill(name) });
    const read = { stdout: '', stderr: '' };
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      read.stdout += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        say(`  ${line}`);
        onLine?.(line);
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      read.stderr += text;
      say(text.trimEnd().replaceAll(/^/gm, '  ! '));
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      say(`  ended with ${code ?? signal}`);
      resolve({ code, ...read });
    });
  });
}

/**
 * Debian's `usbip` in a loop: vhci does not attach by itself what comes back, and a refused attach has no side effect.
 * The option for the port stands before the verb.
 */
function startAttachAgent({ usbipPort }: Setting, busIds: readonly string[]): () => void {
  if (usbipPort === null) throw new Error('the scenario has no modem');
  const attach = busIds
    .map((id) => `usbip --tcp-port ${usbipPort} attach -r ${HOST_ADDRESS} -b ${id}`)
    .join('; ');
  const agent: ChildProcess = spawn(
    'sh',
    ['-c', `while :; do { ${attach}; } >/dev/null 2>&1; sleep 0.2; done`],
    {
      stdio: 'ignore',
    },
  );
  return () => void agent.kill('SIGKILL');
}

/** The updater takes plain HTTP from this machine only; so the Worker on the host gets an address here. */
async function forwardToHost(port: number): Promise<() => void> {
  const server = net.createServer((inner) => {
    const outer = net.connect(port, HOST_ADDRESS);
    inner.pipe(outer).pipe(inner);
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      one.on('error', () => other.destroy());
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return () => void server.close();
}

export type UsbInterface = {
  readonly number: number;
  readonly driver: string | null;
  readonly ttys: readonly string[];
};
export type UsbDevice = {
  /** Bus and port path, e.g. `1-1`. */
  readonly path: string;
  readonly usbId: string;
  readonly speedMbps: number;
  readonly interfaces: readonly UsbInterface[];
};

/** What the kernel made of the modem, read from sysfs. */
export async function usbDevices(): Promise<readonly UsbDevice[]> {
  const entries = await readdir(USB_DEVICES).catch(() => []);
  const devices: UsbDevice[] = [];
  for (const path of entries.filter((name) => /^\d+-[\d.]+$/.test(name))) {
    const read = async (name: string) => (await readFile(join(USB_DEVICES, path, name), 'utf8')).trim();
    try {
      const usbId = `${await read('idVendor')}:${await read('idProduct')}`;
      const names = entries.filter((name) => name.startsWith(`${path}:`)).sort();
      const interfaces = await Promise.all(names.map((name) => usbInterface(join(USB_DEVICES, name))));
      devices.push({ path, usbId, speedMbps: Number(await read('speed')), interfaces });
    } catch {
      // It left the bus between two reads.
    }
  }
  return devices;
}

async function usbInterface(path: string): Promise<UsbInterface> {
  const number = Number.parseInt(await readFile(join(path, 'bInterfaceNumber'), 'utf8'), 16);
  const driver = await readlink(join(path, 'driver')).then(
    (link) => basename(link),
    () => null,
  );
  const ttys = (await readdir(path)).filter((name) => /^ttyUSB\d+$/.test(name));
  return { number, driver, ttys };
}

/** The device with this id once each of its interfaces that a tty driver binds has its node in /dev. */
export async function deviceWith(usbId: string, ttyCount: number): Promise<UsbDevice | null> {
  const device = (await usbDevices()).find((one) => one.usbId === usbId);
  const ttys = device?.interfaces.flatMap((one) => one.ttys) ?? [];
  if (device === undefined || ttys.length !== ttyCount) return null;
  for (const tty of ttys) {
    const there = await access(`/dev/${tty}`).then(
      () => true,
      () => false,
    );
    if (!there) return null;
  }
  return device;
}
