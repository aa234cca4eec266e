/** The one place that touches the process: streams, environment, signals, clock, randomness, files, sockets. */
import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { CommandContext } from '@stricli/core';
import type { Result } from '../shared/result.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Environment } from './config.ts';
import type { Http } from './http/http.ts';
import { localAddressOf } from './http/local-address.ts';
import { undiciHttp } from './http/undici-http.ts';
import { Interruption } from './interruption.ts';
import { type ProcessTable, systemProcesses } from './process-table.ts';
import { inputReader, type ReadInput } from './read-input.ts';
import type { RemoteFailure } from './remote/remote-failure.ts';
import { UPDATER_VERSION } from './report/updater-version.ts';
import { type Machine, systemMachine } from './router/machine.ts';
import { askRoute } from './router/preflight/ask-route.ts';
import { nodePlatform } from './stage/node-platform.ts';
import type { StagePlatform } from './stage/platform.ts';
import { type SystemFacts, systemFacts } from './system-facts.ts';
import type { ModemDoor } from './transport/door.ts';
import { type LocalPorts, systemPorts } from './transport/local-ports.ts';
import { type OpenDoorFailure, openDoor } from './transport/open-door.ts';
import { DEFAULT_UPDATE_TIMINGS, type UpdateTimings } from './update/limits.ts';

export type Stream = {
  readonly write: (text: string) => void;
  readonly isTTY?: boolean;
  readonly columns?: number;
};

export type Context = CommandContext & {
  readonly environment: Environment;
  readonly isRoot: boolean;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Whether somebody sits at a terminal who can be asked. */
  readonly isInteractive: boolean;
  /** One line typed by a person; null where nobody can be asked, or Ctrl-C is the answer. */
  readonly askLine: (question: string) => Promise<string | null>;
  readonly readTextFile: (path: string) => Promise<string | null>;
  /** A file that a person names, or `-` for standard input. */
  readonly readInput: ReadInput;
  /** Through the proxies of the environment, or from the interface that is named. */
  readonly openHttp: (options: { readonly interface: string | undefined }) => Http;
  /** The USB bus and the ttys of this machine. */
  readonly localPorts: LocalPorts;
  readonly openDoor: (locator: string) => Promise<Result<ModemDoor, OpenDoorFailure | RemoteFailure>>;
  /** Files, programs and processes of this machine, for what surrounds a modem. */
  readonly machine: Machine;
  /** Addresses of a host name; none where it cannot be resolved. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly stagePlatform: StagePlatform;
  readonly systemFacts: () => SystemFacts;
  readonly processes: ProcessTable;
  readonly timings: UpdateTimings;
  /** Aborts at the first Ctrl-C, SIGTERM or SIGHUP, for an `Interruption`. From the first erase on the flashing does not listen to it. */
  readonly signal: AbortSignal;
  readonly setExitCode: (code: number) => void;
};

export function buildContext(process: NodeJS.Process): Context {
  const { stdout, stderr, env: environment } = process;
  // A terminal or a pipe that goes away, as a session over the very modem does, must not kill a flashing.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const signal = abortOnSignals(process);
  return {
    process,
    environment,
    isRoot: process.getuid?.() === 0,
    stdout,
    stderr,
    isInteractive: process.stdin?.isTTY === true,
    askLine: (question) => askLine(process, question, signal),
    readTextFile: (path) => readFile(path, 'utf8').catch(() => null),
    readInput: inputReader(process.stdin),
    openHttp: ({ interface: name }) => openHttp(name, environment),
    localPorts: systemPorts,
    openDoor: (locator) => openDoor(locator, systemPorts),
    machine: systemMachine,
    lookup: (host) =>
      lookup(host, { all: true }).then(
        (found) => found.map(({ address }) => address),
        () => [],
      ),
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    stagePlatform: nodePlatform,
    systemFacts: () => systemFacts(process),
    processes: systemProcesses,
    timings: DEFAULT_UPDATE_TIMINGS,
    signal,
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}

function openHttp(name: string | undefined, environment: Environment): Http {
  const userAgent = `cistern/${UPDATER_VERSION}`;
  if (name === undefined) return undiciHttp({ userAgent, environment });
  const localAddress = () => localAddressOf(name, networkInterfaces());
  const routeOf = (address: string, from: string) => askRoute({ address, from }, systemMachine);
  return undiciHttp({ userAgent, through: { name, localAddress, routeOf } });
}

/** Stays installed: a second Ctrl-C must not kill a process that is writing flash. */
function abortOnSignals(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted)
        process.stderr.write('still at work: while flash is written it cannot stop; please wait\n');
      else process.stderr.write('interrupted: stopping as soon as the modem is safe\n');
      controller.abort(new Interruption(name));
    });
  }
  return controller.signal;
}

async function askLine(
  process: Pick<NodeJS.Process, 'stdin' | 'stderr'>,
  question: string,
  signal: AbortSignal,
): Promise<string | null> {
  process.stderr.write(question);
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, signal });
  try {
    for await (const line of lines) return line;
    return null;
  } finally {
    lines.close();
  }
}
