/** Of a command that stops a service of some profile, the one that starts it again; and the other way round. */
import { SERVICE_PROFILES, type Service } from '../router/services/service-profile.ts';

export function startOf(command: readonly string[]): readonly string[] | null {
  return counterpart(command, (service) => [service.stop, service.start]);
}

export function stopOf(command: readonly string[]): readonly string[] | null {
  return counterpart(command, (service) => [service.start, service.stop]);
}

function counterpart(
  command: readonly string[],
  pairOf: (service: Service) => readonly [readonly string[], readonly string[]],
): readonly string[] | null {
  for (const service of SERVICE_PROFILES.flatMap(({ services }) => services)) {
    const [from, to] = pairOf(service);
    const interfaceName = matched(from, command);
    if (interfaceName !== null) return to.map((word) => word.replaceAll('{interface}', interfaceName));
  }
  return null;
}

/** What `{interface}` stands for in a command of that form, '' where it does not occur; null for another command. */
function matched(form: readonly string[], command: readonly string[]): string | null {
  if (form.length !== command.length) return null;
  let name = '';
  for (const [at, word] of form.entries()) {
    if (word === '{interface}') name = command[at] ?? '';
    else if (word !== command[at]) return null;
  }
  return name;
}
