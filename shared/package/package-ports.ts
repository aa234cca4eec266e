/** What reading a package needs of the system. `shared` does no I/O: publisher and updater bring Node's own. */

export type FoundEntry = {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly sizeBytes: number;
};

/** One entry of a zip's central directory (APPNOTE 4.3.12), as yauzl shows it. */
export type ZipEntry = {
  readonly fileName: string;
  readonly uncompressedSize: number;
  readonly compressionMethod: number;
  readonly externalFileAttributes: number;
  readonly crc32: number;
  readonly isEncrypted: () => boolean;
};

/** An opened zip. It refuses names that leave the package, and ends an entry that holds more than it declared. */
export type OpenedZip = {
  readonly entryCount: number;
  readonly entries: () => AsyncIterable<ZipEntry>;
  readonly read: (entry: ZipEntry) => Promise<AsyncIterable<Uint8Array>>;
  readonly close: () => void;
};

export type Hasher = {
  readonly update: (bytes: Uint8Array) => unknown;
  readonly digest: (encoding: 'hex') => string;
};
export type NewHasher = (algorithm: 'md5' | 'sha256') => Hasher;

/** All may throw what the system says; an error carries `code`, as Node's do. */
export type PackagePorts = {
  /** What stands there, following links. */
  readonly lookAt: (path: string) => Promise<FoundEntry>;
  /** The same, and a link is a link. */
  readonly lookAtEntry: (path: string) => Promise<FoundEntry>;
  readonly namesIn: (directory: string) => Promise<readonly string[]>;
  /** Piece by piece; each is the reader's until it asks for the next. */
  readonly readFile: (path: string) => AsyncIterable<Uint8Array>;
  readonly openZip: (path: string) => Promise<OpenedZip>;
  /** CRC-32 (ISO 3309) of what came so far and of these bytes. */
  readonly crc32: (bytes: Uint8Array, soFar: number) => number;
};
