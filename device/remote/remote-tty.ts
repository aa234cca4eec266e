/** A tty of the router, as the door over ttys takes one. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { err, ok, type Result } from '../../shared/result.ts';
import type { DoorFailure } from '../transport/door.ts';
import type { OpenedTty, OpenTty, Tty } from '../transport/serial/open-tty.ts';
import { TTY_CLOSE_TIMEOUT_MS, TTY_OPEN_TIMEOUT_MS } from './limits.ts';
import { ttyScript } from './tty-script.ts';

export function remoteTty(start: (script: string) => ChildProcessWithoutNullStreams): OpenTty {
  return async (path) => {
    const child = start(ttyScript(path));
    let isOpen = true;
    let errors = '';
    child.stdin.on('error', () => {});
    const closed = new Promise<number | null>((resolve) => {
      child.on('close', (code) => {
        isOpen = false;
        resolve(code);
      });
      child.on('error', () => resolve(null));
    });
    const opened = await new Promise<true | number | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), TTY_OPEN_TIMEOUT_MS);
      const settle = (said: true | number | null) => {
        clearTimeout(timer);
        resolve(said);
      };
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors = (errors + text).slice(-300);
        if (/^open$/m.test(errors)) settle(true);
      });
      void closed.then(settle);
    });
    if (opened !== true) {
      child.kill('SIGKILL');
      return refuse(path, opened, errors);
    }
    return ok(openedTty(child, closed, () => isOpen));
  };
}

function refuse(path: string, code: number | null, errors: string): Result<OpenedTty, DoorFailure> {
  if (code === 3) return err({ reason: 'modem-absent', where: path });
  if (/busy|Resource temporarily/i.test(errors)) return err({ reason: 'device-busy', what: path });
  const why = code === 5 ? 'the router has neither stty nor socat' : errors.trim() || 'it did not open';
  return err({ reason: 'link-broken', why: `${path} on the router: ${why}` });
}

function openedTty(
  child: ChildProcessWithoutNullStreams,
  closed: Promise<unknown>,
  isOpen: () => boolean,
): OpenedTty {
  const tty = {
    get isOpen() {
      return isOpen();
    },
    isPaused: () => child.stdout.isPaused(),
    pause: () => child.stdout.pause(),
    resume: () => child.stdout.resume(),
    on: (event: 'data' | 'error' | 'close', listener: () => void) =>
      event === 'data' ? child.stdout.on(event, listener) : child.on(event, listener),
    write: (bytes: Buffer, done: (error?: Error | null) => void) => child.stdin.write(bytes, done),
    close: (done: () => void) => {
      child.stdin.end();
      // Its last output must not keep the stream from ending.
      child.stdout.resume();
      const timer = setTimeout(() => void child.kill('SIGKILL'), TTY_CLOSE_TIMEOUT_MS);
      void closed.then(() => {
        clearTimeout(timer);
        done();
      });
    },
  };
  return { tty: tty as unknown as Tty, isPresent: async () => isOpen() };
}
