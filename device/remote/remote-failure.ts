/** What keeps cistern from working on a router over SSH. Nothing of it touches the modem. */
export type RemoteFailure =
  | { readonly reason: 'ssh-missing' }
  | { readonly reason: 'router-unreadable'; readonly destination: string }
  | { readonly reason: 'router-unreachable'; readonly destination: string; readonly said: string }
  /** Nobody has vouched for the router's host key yet. */
  | { readonly reason: 'router-host-key-unknown'; readonly destination: string }
  /** It is another key than the one in known_hosts: another machine, or a router that was set up anew. */
  | { readonly reason: 'router-host-key-changed'; readonly destination: string; readonly said: string }
  | { readonly reason: 'router-login-refused'; readonly destination: string; readonly said: string }
  | { readonly reason: 'router-not-root'; readonly destination: string }
  /** Another cistern works on it over SSH. */
  | { readonly reason: 'router-held'; readonly destination: string; readonly pid: number }
  | { readonly reason: 'router-link-broken'; readonly destination: string; readonly said: string }
  /** Neither a relay, nor ttys that EDL could be spoken over. */
  | { readonly reason: 'relay-missing'; readonly destination: string }
  | { readonly reason: 'relay-port-held'; readonly destination: string; readonly port: number }
  | { readonly reason: 'relay-not-started'; readonly destination: string; readonly said: string }
  /** No program there can open a tty as a raw stream. */
  | { readonly reason: 'router-lacks-tty-tool'; readonly destination: string };

/** What ssh said when it could not log in (ssh(1), OpenSSH's own words), and why that is. */
export function loginFailure(destination: string, log: string): RemoteFailure {
  const said = lastLine(log);
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|DNS SPOOFING/.test(log))
    return { reason: 'router-host-key-changed', destination, said };
  if (/Host key verification failed|No .* host key is known/.test(log))
    return { reason: 'router-host-key-unknown', destination };
  if (/Permission denied|Too many authentication failures|No supported authentication methods/.test(log))
    return { reason: 'router-login-refused', destination, said };
  return { reason: 'router-unreachable', destination, said };
}

function lastLine(log: string): string {
  const lines = log
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return (lines.at(-1) ?? 'ssh said nothing').slice(0, 300);
}
