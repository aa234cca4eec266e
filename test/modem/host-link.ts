/** The host's end of a pipe or port: works until it is closed, and tells once that it was. */
import { err } from '../../shared/result.ts';
import type { ByteLink } from './link.ts';

export function hostLink(options: {
  readonly end: Pick<ByteLink, 'read' | 'write'>;
  readonly onClose: () => void;
}): ByteLink {
  let isOpen = true;
  return {
    read: async (maxBytes, wait) => (isOpen ? options.end.read(maxBytes, wait) : err({ reason: 'gone' })),
    write: async (bytes, wait) => (isOpen ? options.end.write(bytes, wait) : err({ reason: 'gone' })),
    close() {
      if (!isOpen) return;
      isOpen = false;
      options.onClose();
    },
  };
}
