/** Our side of the watchman on the router (guard-script.ts). */
import { err, ok, type Result } from '../../shared/result.ts';
import { GUARD_DIRECTORY, guardScript, type Patience } from './guard-script.ts';
import { BEAT_INTERVAL_MS, GUARD_END_TIMEOUT_MS, SCRIPT_TIMEOUT_MS } from './limits.ts';
import { quote } from './quote.ts';
import type { RemoteFailure } from './remote-failure.ts';
import type { SshLink } from './ssh.ts';

export type Guard = {
  /** False once the connection, or the watchman, is gone. */
  readonly isOnDuty: () => boolean;
  /** Writes down on the router what starts a service, before it is stopped. False where it could not be written. */
  readonly keep: (start: readonly string[]) => Promise<boolean>;
  /** It runs again. */
  readonly forget: (start: readonly string[]) => Promise<void>;
  /** Keeps a relay running until the end; its words hold no line break, for the watchman reads lines. */
  readonly keepRelay: (command: readonly string[]) => void;
  /** Everything that is still written down is started, the relay ended, and no trace left; awaited. */
  readonly end: () => Promise<void>;
};

/** `run` names this run of cistern. */
export async function postGuard(
  link: SshLink,
  run: string,
  patience?: Patience,
): Promise<Result<Guard, RemoteFailure>> {
  const child = link.start(guardScript(run, patience));
  let said = '';
  let errors = '';
  let isGone = false;
  const gone = new Promise<void>((resolve) => {
    child.on('close', () => {
      isGone = true;
      resolve();
    });
    child.on('error', () => resolve());
  });
  child.stdin.on('error', () => {});
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-300);
  });
  const first = await new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve(''), SCRIPT_TIMEOUT_MS);
    const settle = (line: string) => {
      clearTimeout(timer);
      resolve(line);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, 1000);
      const line = /^(guard|held) \d+$/m.exec(said)?.[0];
      if (line !== undefined) settle(line);
    });
    void gone.then(() => settle(''));
  });
  const [word = '', pid = '0'] = first.split(' ');
  const { destination } = link;
  if (word === 'held') {
    child.stdin.end();
    return err({ reason: 'router-held', destination, pid: Number(pid) });
  }
  if (word !== 'guard') {
    child.kill('SIGKILL');
    return err({
      reason: 'router-link-broken',
      destination,
      said: errors.trim() || 'its shell said nothing',
    });
  }

  const beating = setInterval(() => {
    if (!isGone) child.stdin.write('beat\n');
  }, BEAT_INTERVAL_MS).unref();
  const kept = new Map<string, string>();
  let count = 0;
  return ok({
    isOnDuty: () => !isGone,
    keep: async (start) => {
      const command = quote(start);
      if (kept.has(command)) return true;
      count += 1;
      const file = `${GUARD_DIRECTORY}/start.${String(count).padStart(4, '0')}`;
      const { code } = await link.run(
        `printf '%s\n' ${quote([command])} >${file}.new && mv ${file}.new ${file}`,
      );
      if (code === 0) kept.set(command, file);
      return code === 0;
    },
    forget: async (start) => {
      const command = quote(start);
      const file = kept.get(command);
      if (file === undefined) return;
      kept.delete(command);
      await link.run(`rm -f ${file}`);
    },
    keepRelay: (command) => void child.stdin.write(`relay ${quote(command)}\n`),
    end: async () => {
      clearInterval(beating);
      child.stdin.end();
      const late = setTimeout(() => void child.kill('SIGKILL'), GUARD_END_TIMEOUT_MS);
      await gone;
      clearTimeout(late);
    },
  });
}
