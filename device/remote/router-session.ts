/**
 * A router that is worked on: connection, watchman and relay. Where the connection breaks it is made anew when it is
 * next needed; the watchman may have put all back by then, so what we had stopped is stopped again.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ok, type Result } from '../../shared/result.ts';
import type { RunEnd } from '../router/run-command.ts';
import { stopOf } from './counterpart.ts';
import { type Guard, postGuard } from './guard.ts';
import { PATH_LINE } from './guard-script.ts';
import { RECONNECT_PAUSE_MS } from './limits.ts';
import { lookAround, type RouterFinds } from './look-around.ts';
import { quote } from './quote.ts';
import { startRelay } from './relay.ts';
import type { RemoteFailure } from './remote-failure.ts';
import { connectSsh, type SshLink, type SshWish } from './ssh.ts';

export type RouterSession = {
  readonly destination: string;
  readonly finds: RouterFinds;
  /** A script for the router's `sh`, to its end. */
  readonly run: (script: string) => Promise<RunEnd>;
  readonly start: (script: string) => ChildProcessWithoutNullStreams;
  readonly keep: (start: readonly string[]) => Promise<boolean>;
  readonly forget: (start: readonly string[]) => Promise<void>;
  /**
   * Keeps a relay running for the modem in that socket. Its value says which socket file leads to it: another one
   * after the connection was made anew.
   */
  readonly relayFor: (
    relay: readonly string[],
    usbPaths: readonly string[],
  ) => Promise<Result<() => string, RemoteFailure>>;
  /** False while there is no way to the router. */
  readonly isReachable: () => Promise<boolean>;
  /** Puts everything back and leaves. */
  readonly end: () => Promise<void>;
};

type Post = { readonly link: SshLink; readonly guard: Guard };

export async function openRouterSession(
  wish: SshWish & { readonly run: string; readonly onNote: (note: string) => void },
  signal: AbortSignal,
): Promise<Result<RouterSession, RemoteFailure>> {
  const { destination, onNote } = wish;
  const posted = await post(wish, signal);
  if (!posted.ok) return posted;
  const finds = await lookAround(posted.value.link);
  if (!finds.ok) {
    await leave(posted.value);
    return finds;
  }
  let current: Post = posted.value;
  let startRelayAgain: (() => Promise<Result<unknown, RemoteFailure>>) | null = null;
  const kept = new Map<string, readonly string[]>();
  let mending: Promise<boolean> | null = null;

  const mend = async (): Promise<boolean> => {
    onNote(`the connection to ${destination} broke; connecting again`);
    await leave(current);
    // Never by asking: nobody may be at the terminal by now.
    const again = await post({ ...wish, mayAsk: false }, new AbortController().signal);
    if (!again.ok) {
      await sleep(RECONNECT_PAUSE_MS);
      return false;
    }
    current = again.value;
    for (const start of kept.values()) {
      await current.guard.keep(start);
      const stop = stopOf(start);
      if (stop !== null) await current.link.run(`${PATH_LINE}\n${quote(stop)}`);
    }
    const relayed = await startRelayAgain?.();
    onNote(`connected to ${destination} again`);
    return relayed?.ok ?? true;
  };
  const ready = async (): Promise<boolean> => {
    if (current.guard.isOnDuty()) return true;
    mending ??= mend().finally(() => {
      mending = null;
    });
    return mending;
  };

  return ok({
    destination,
    finds: finds.value,
    run: async (script) => {
      await ready();
      return current.link.run(script);
    },
    start: (script) => current.link.start(script),
    keep: async (start) => {
      if (!(await ready()) || !(await current.guard.keep(start))) return false;
      kept.set(quote(start), start);
      return true;
    },
    forget: async (start) => {
      kept.delete(quote(start));
      await current.guard.forget(start);
    },
    relayFor: async (command, usbPaths) => {
      let socket = '';
      startRelayAgain = async () => {
        const started = await startRelay(command, usbPaths, current);
        if (started.ok) socket = started.value;
        return started;
      };
      const started = await startRelayAgain();
      return started.ok ? ok(() => socket) : started;
    },
    isReachable: ready,
    end: () => leave(current),
  });
}

async function post(
  wish: SshWish & { readonly run: string },
  signal: AbortSignal,
): Promise<Result<Post, RemoteFailure>> {
  const link = await connectSsh(wish, signal);
  if (!link.ok) return link;
  const guard = await postGuard(link.value, wish.run);
  if (guard.ok) return ok({ link: link.value, guard: guard.value });
  await link.value.close();
  return guard;
}

async function leave({ link, guard }: Post): Promise<void> {
  await guard.end();
  await link.close();
}
